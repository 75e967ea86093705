"""Logs: what stands in a line, and that nothing is loaded for lines that nobody writes."""

import json
import logging
import subprocess
import sys

import pytest

from orderglot.cli.logs import Lines, set_up_logs


def logged(captured: pytest.CaptureFixture[str]) -> dict[str, object]:
    (line,) = captured.readouterr().err.splitlines()
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


def test_a_line_has_what_was_said_and_who_said_it(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info")
    logging.getLogger("orderglot.stores").warning("the %s fails", "copy", extra={"reason": "why"})

    captured = logged(capsys)
    assert captured.pop("timestamp")
    assert {
        "event": "the copy fails",
        "level": "warning",
        "logger": "orderglot.stores",
        "reason": "why",
    } == captured


def test_a_line_has_the_trace_and_no_value_of_a_variable(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logs("info")
    secret = "hush".upper()
    try:
        [][len(secret)]
    except IndexError:
        logging.getLogger("orderglot.http").exception("unforeseen")

    trace = str(logged(capsys)["exception"])
    assert ("IndexError" in trace, "HUSH" in trace) == (True, False)


def test_a_command_tells_what_is_amiss_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info", quiet=True)
    logging.getLogger("orderglot.stores").info("there is no index for that")
    assert "" == capsys.readouterr().err

    logging.getLogger("orderglot.stores").warning("the copy fails")
    assert "the copy fails" == logged(capsys)["event"]


@pytest.mark.parametrize(("at_once", "loaded"), [("False", b"False\n"), ("True", b"True\n")])
def test_what_writes_lines_is_there_at_the_first_or_at_once(at_once: str, loaded: bytes) -> None:
    script = (
        "import sys; from orderglot.cli.logs import set_up_logs;"
        f"set_up_logs('info', at_once={at_once}); print('structlog' in sys.modules)"
    )
    done = subprocess.run((sys.executable, "-c", script), check=True, capture_output=True)
    assert loaded == done.stdout


def test_on_a_terminal_what_is_odd_in_a_line_is_spelled_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    record = logging.LogRecord("orderglot", logging.INFO, "", 0, "asked \x1b[2J\u202e", None, None)
    record.path = "/a\x9b31m"
    line = Lines().format(record)

    assert "asked \\x1b[2J\\u202e" in line
    assert "/a\\x9b31m" in line
    assert line.isprintable()
