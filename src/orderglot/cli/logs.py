"""Logs: lines of JSON, or readable ones where a person watches; never a secret in them."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from structlog.typing import Processor


def set_up_logs(level: str) -> None:
    """Send all logs to stderr: lines of JSON, or readable ones where that is a terminal."""
    stamps: tuple[Processor, ...] = (
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper("iso"),
    )
    inner = structlog.stdlib.ProcessorFormatter
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *stamps, inner.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(
        inner(
            processors=[inner.remove_processors_meta, *_ending(sys.stderr.isatty())],
            foreign_pre_chain=stamps,
            pass_foreign_args=True,
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[lines], force=True)
    # What uvicorn says of itself in passing is for those who look for a fault.
    logging.getLogger("uvicorn.error").setLevel("INFO" if level == "debug" else "WARNING")
    logging.getLogger("orderglot.access").setLevel("INFO")
    # The line out names every URL that it asks for, and some vendors' credentials stand there.
    logging.getLogger("httpx2").setLevel("WARNING")
    logging.getLogger("httpcore2").setLevel("WARNING")


def _ending(terminal: bool) -> tuple[Processor, ...]:
    """Give what makes a line of an event; a trace never shows the values of variables."""
    if terminal:
        colors = "NO_COLOR" not in os.environ
        plain = structlog.dev.plain_traceback
        return (structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain),)
    return structlog.processors.format_exc_info, structlog.processors.JSONRenderer()
