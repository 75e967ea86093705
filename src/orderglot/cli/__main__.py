"""``python -m orderglot.cli``."""

from orderglot.cli import main

if __name__ == "__main__":
    main()
