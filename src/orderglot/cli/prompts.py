"""Prompts: questions for a person at the terminal; without one, which flag answers them."""

from __future__ import annotations

import sys

import typer

from orderglot.cli.command import Misused


def prompt(question: str, otherwise: str) -> str:
    """Ask the person at the terminal; without one, refuse with the sentence that names the flags."""
    if not sys.stdin.isatty():
        raise Misused(otherwise)
    answer: str = typer.prompt(question, err=True)
    return answer.strip()
