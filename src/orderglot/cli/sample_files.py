"""``orderglot samples``: files to try commands with, written into the folder where one is."""

from importlib.resources import files
from pathlib import Path

from orderglot.cli.output import write_line


def samples() -> None:
    """Write sample files here: lines.csv to import, and order.xml, which a partner would send.

    A file that is here already and says something else is never overwritten.

    $ orderglot samples
    """
    from orderglot.core.errors import Conflict

    contents = {
        Path(one.name): one.read_bytes() for one in (files("orderglot.cli") / "samples").iterdir()
    }
    for file, content in contents.items():
        if file.exists() and file.read_bytes() != content:
            raise Conflict(f"{file}: there is another file of that name; go to another folder.")
    for file, content in sorted(contents.items()):
        file.write_bytes(content)
        write_line(f"Wrote {file}.")
