"""Clients that search without end, in a process of their own, so that they take no turn from who measures.

    python -m bench.searchers PORT NUMBER TOKEN TARGET

So many of them get the target once at least and then again and again, each as soon as it is answered,
until the standard input ends. A line is printed when they begin, and at the end a JSON object of how
many answers had which status; a request without an answer counts under the name of its error.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from threading import Event, Thread

from bench.load import TIMEOUT, Wrong
from bench.serving import ROOT, environment

PLACE = "@"
"""In the target, this becomes a number, for what was counted a moment ago is cached."""

PAUSE = 0.2
"""So many seconds a client waits after a refusal."""


@contextmanager
def searching(
    port: int, number: int, token: str, target: str, answers: Counter[str]
) -> Iterator[None]:
    """Let so many clients search while the block runs, and add what they were answered.

    Raises Wrong where their process fails.
    """
    words = (str(port), str(number), token, target)
    with subprocess.Popen(
        (sys.executable, "-m", "bench.searchers", *words),
        cwd=ROOT,
        env=environment(),
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        counted, _ = process.communicate()
    if process.returncode:
        raise Wrong("who searches failed")
    answers.update(json.loads(counted))


def main(port: str, number: str, token: str, target: str) -> None:
    """Search until the standard input ends, and print what was answered."""
    answers, ended, numbers = Counter[str](), Event(), count()
    threads = [
        Thread(target=_search, args=(int(port), token, target, numbers, answers, ended))
        for _ in range(int(number))
    ]
    for thread in threads:
        thread.start()
    print("searching", flush=True)
    sys.stdin.read()
    ended.set()
    for thread in threads:
        thread.join()
    print(json.dumps(answers))


def _search(
    port: int, token: str, target: str, numbers: Iterator[int], answers: Counter[str], ended: Event
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    for number in numbers:
        answer = _answer(connection, target.replace(PLACE, str(number)), token)
        answers[answer] += 1
        if answer != "200":
            ended.wait(PAUSE)
        if ended.is_set():
            break
    connection.close()


def _answer(connection: http.client.HTTPConnection, target: str, token: str) -> str:
    """Give the status of an answer that has come whole, or the name of what kept it away."""
    try:
        connection.request("GET", target, headers={"authorization": token})
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return type(error).__name__
    return str(response.status)


if __name__ == "__main__":
    main(*sys.argv[1:])
