"""Logs: lines of JSON, or readable ones where a person watches; never a secret in them."""

from __future__ import annotations

import logging
import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor


class Lines(logging.Formatter):
    """Writes a line of each event; what that takes is loaded when it is first needed."""

    @cached_property
    def writer(self) -> logging.Formatter:
        """What writes the lines, on a terminal or elsewhere."""
        import structlog

        inner = structlog.stdlib.ProcessorFormatter
        return inner(
            processors=[inner.remove_processors_meta, *_ending(sys.stderr.isatty())],
            foreign_pre_chain=(
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                _time(sys.stderr.isatty()),
            ),
        )

    def format(self, record: logging.LogRecord) -> str:
        """Write the line of an event."""
        return self.writer.format(record)


def set_up_logs(level: str, *, at_once: bool = False, quiet: bool = False) -> None:
    """Send all logs to stderr: lines of JSON, or readable ones where that is a terminal.

    Most commands log nothing and need not wait for what writes the lines. ``at_once`` has it loaded
    now, for who must be able to log when no file can be opened any more. ``quiet`` leaves out what is
    no more than good to know, which is for who watches a server.
    """
    if quiet and level == "info":
        level = "warning"
    form = Lines()
    if at_once:
        _ = form.writer
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(form)
    lines.addFilter(_with_trace)
    logging.basicConfig(level=level.upper(), handlers=[lines], force=True)
    logging.getLogger("orderglot.access").setLevel("INFO")
    # httpx names every URL that it asks for, and some vendors' credentials stand there.
    logging.getLogger("httpx2").setLevel("WARNING")
    logging.getLogger("httpcore2").setLevel("WARNING")


def _with_trace(record: logging.LogRecord) -> bool:
    """Say in a line which trace the request is part of that it is about."""
    from orderglot.faces.trace_context import current

    if (context := current()) is not None:
        record.trace, record.span = context.trace, context.span
    return True


def _time(terminal: bool) -> Processor:
    """Give what adds the time in UTC: to the microsecond, or as a person reads it."""
    import structlog

    return structlog.processors.TimeStamper("%H:%M:%SZ" if terminal else "iso")


def _ending(terminal: bool) -> tuple[Processor, ...]:
    """Give what makes a line of an event; a trace never shows the values of variables."""
    import structlog

    if terminal:
        colors = "NO_COLOR" not in os.environ
        plain = structlog.dev.plain_traceback
        shown = structlog.dev.ConsoleRenderer(
            colors=colors, exception_formatter=plain, pad_event_to=0, pad_level=False
        )
        return _harmless, shown
    return structlog.processors.format_exc_info, structlog.processors.JSONRenderer()


def _harmless(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Write out what could steer the terminal that the line goes to; JSON does so by itself."""
    from orderglot.cli import sanitizing

    return {
        name: sanitizing.document(value) if isinstance(value, str) else value
        for name, value in event.items()
    }
