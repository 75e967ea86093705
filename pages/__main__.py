"""``make pages``: send a server the requests on the vendors' pages, and compare its responses."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any

from pages.compare import differences, part
from pages.page_file import Page, read_page, vendors
from pages.sending import Known, ask
from pages.substitutions import Substitutions

ORDERGLOT = (sys.executable, "-m", "orderglot.cli")
ADDRESS = re.compile(r"http://\S+")
"""The last line that a server prints at its beginning."""

Demo = dict[str, dict[str, Any]]


def main() -> int:
    """Send all requests; gives 1 if any response differs from the printed one, else 0."""
    chosen = arguments()
    try:
        if chosen.url:
            return report(chosen.url.rstrip("/"), chosen.vendors)
        with serving() as url:
            return report(url, chosen.vendors)
    except (OSError, HTTPException) as error:
        print(f"pages: {error}; is a demo being served there?", file=sys.stderr)
        return 1


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m pages", description=__doc__)
    parser.add_argument("--url", help="a demo that is being served; without it, one is started")
    parser.add_argument("vendors", nargs="*", metavar="VENDOR", help="whose pages; all of them")
    chosen = parser.parse_args()
    for vendor in chosen.vendors:
        if vendor not in vendors():
            parser.error(f"there is no page of {vendor!r}; there are {', '.join(vendors())}.")
    return chosen


@contextmanager
def serving() -> Iterator[str]:
    """Serve a new demo book on a free port for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        book = ("--database", f"sqlite:///{Path(folder) / 'pages.db'}", "--log-level", "warning")
        command = (*ORDERGLOT, "serve", "--demo", "--port", "0", *book)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                printed = (line.strip() for line in server.stdout)
                found = next((line for line in printed if ADDRESS.fullmatch(line)), "")
                if not found:
                    raise ChildProcessError("the demo did not start")
                yield found
            finally:
                server.terminate()


def report(url: str, chosen: list[str]) -> int:
    """Print a line for each request of the chosen pages, and how many responses differ."""
    demo = demo_at(url)
    requests = different = 0
    for vendor in chosen or vendors():
        for title, found in check(read_page(vendor), url, demo[vendor]):
            print(f"{vendor:9} {title:56} {'; '.join(found) or 'ok'}", flush=True)
            requests, different = requests + 1, different + bool(found)
    print(f"pages: {requests} requests, {different} of them answered otherwise than printed.")
    return 1 if different else 0


def demo_at(url: str) -> Demo:
    """Read the demo's credentials and ids."""
    command = (*ORDERGLOT, "demo", "--json", "--base", url)
    found: Demo = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


def check(page: Page, url: str, entry: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Send each request of a page; give its title and how the response differs from the printed one."""
    substitutions, known = Substitutions(page.placeholders, url, entry), Known()
    for example in page.examples:
        answer = ask(url, substitutions.block(example.request), known)
        found = differences(substitutions.text(example.answer.text), answer)
        for placeholder, where in example.keeps.items():
            substitutions.add(placeholder, part(answer, where))
        places = {where for where, _ in found}
        yield (
            example.title,
            [
                *(
                    f"{at}: {what}"
                    for at, what in found
                    if at not in page.differs | example.differs
                ),
                *(f"{at}: does not differ" for at in sorted(example.differs - places)),
            ],
        )


if __name__ == "__main__":
    sys.exit(main())
