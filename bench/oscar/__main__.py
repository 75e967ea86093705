"""``python -m bench.oscar ORDERS.json BASKETS``: fill the shop, and print what the requests need."""

from __future__ import annotations

import os
import sys

import django


def main() -> None:
    """Set Django up, and only then read what needs it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.oscar.settings")
    django.setup()
    from bench.oscar.fill import fill

    fill(*sys.argv[1:])


if __name__ == "__main__":
    main()
