"""The command line: what a person says to Orderglot, and what it says back."""


def main() -> None:
    """Run the command that the program was called with."""
    from orderglot.cli.app import app

    app(prog_name="orderglot")
