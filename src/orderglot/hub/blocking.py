"""Blocking calls: what is asynchronous, for programs that are not, over one event loop in the background.

There is no second code: a method that is a coroutine is run in that loop while its caller waits, an
asynchronous iterator is iterated from there, and what is entered with ``async with`` is with ``with``.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from functools import wraps
from inspect import iscoroutine
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload
from weakref import finalize

P = ParamSpec("P")
T = TypeVar("T")

STRIDE = 100
"""So many things of an iterator are fetched at a time."""

GRACE = 10
"""So many seconds at most what is open may take to end with the program."""


class Background:
    """An event loop in a thread of its own, which ends with the program."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._serve, name="orderglot-loop", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    @property
    def is_here(self) -> bool:
        """Whether it runs in this very process: a process that is forked off has none of its threads."""
        return self._process == os.getpid() and self._thread.is_alive()

    def run(self, work: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Do some work in the loop, wait for its end, and give or raise what came of it.

        Who interrupts it ends the work. Raises RuntimeError in the loop itself, which would wait for
        itself, and in a process that was forked off since.
        """
        if not self.is_here:
            work.close()
            raise RuntimeError("This was opened in another process; open it again in this one.")
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("This call blocks, and cannot be made by what runs in its own loop.")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout)
        except BaseException:
            future.cancel()
            raise

    def begin(self, work: Coroutine[Any, Any, object]) -> None:
        """Begin some work of which nobody waits for the end."""
        if self.is_here:
            asyncio.run_coroutine_threadsafe(work, self._loop)
        else:
            work.close()

    def end(self) -> None:
        """End the loop and its thread."""
        if self.is_here:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(GRACE)


class Ending(Protocol):
    """What has to be closed."""

    async def close(self) -> None:
        """Let go of it."""
        ...


class _Shared:
    """The one loop of this process, and what ends before it does."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.background: Background | None = None
        self.open: dict[int, Ending] = {}


_shared = _Shared()


def background() -> Background:
    """Give the loop in the background, which is begun when it is first asked for."""
    with _shared.lock:
        if _shared.background is None:
            _shared.background = Background()
            atexit.register(_end)
        return _shared.background


def _end() -> None:
    """Close all that is still open, and end the loop."""
    loop = _shared.background
    if loop is None:
        return
    for thing in list(_shared.open.values()):
        # Nobody is there any more to be told of it, and whatever was written is in the book.
        with suppress(Exception):
            loop.run(thing.close(), GRACE)
    loop.end()


if hasattr(os, "register_at_fork"):
    # A process that is forked off has none of the threads, and nothing of this is its own to close.
    os.register_at_fork(after_in_child=_shared.__init__)  # type: ignore[misc]


class Held:
    """The loop in the background with a thing that is open in it.

    The thing is closed when that is said, with the program, or when nothing refers to this any more:
    whatever waits for it, or could be asked next, does.
    """

    def __init__(self, thing: Ending, background: Background) -> None:
        self._background = background
        self._end = finalize(self, _forgotten, thing, background)
        self._end.atexit = False
        _shared.open[id(thing)] = thing

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do some work in the loop, as ``Background`` does."""
        return self._background.run(work)

    def close(self) -> None:
        """Close the thing; once more, nothing happens."""
        if (found := self._end.detach()) is not None:
            _, _, (thing, background), _ = found
            _shared.open.pop(id(thing), None)
            background.run(thing.close())


def _forgotten(thing: Ending, background: Background) -> None:
    # This may be in any thread, and that of the loop itself cannot wait for it.
    if _shared.open.pop(id(thing), None) is not None:
        background.begin(thing.close())


class Blocks:
    """What has methods that block: a ``Method`` goes by it, for type checkers as well."""

    held: Held


class Method(Generic[P, T]):
    """Make of a coroutine method one that also blocks, where its object is one of ``Blocks``."""

    def __init__(self, method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, one: None, kind: type[Any]) -> Method[P, T]: ...
    @overload
    def __get__(self, one: Blocks, kind: type[Any]) -> Callable[P, T]: ...
    @overload
    def __get__(self, one: object, kind: type[Any]) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, one: Any, kind: type[Any]) -> Any:
        """Give the method of an object."""
        if one is None:
            return self
        method = self._method.__get__(one, kind)
        return blocking(method, one.held) if isinstance(one, Blocks) else method


class Iteration(Generic[P, T]):
    """Make the same of a method that gives an asynchronous iterator."""

    def __init__(self, method: Callable[Concatenate[Any, P], AsyncIterator[T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, one: None, kind: type[Any]) -> Iteration[P, T]: ...
    @overload
    def __get__(self, one: Blocks, kind: type[Any]) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, one: object, kind: type[Any]) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, one: Any, kind: type[Any]) -> Any:
        """Give the method of an object."""
        if one is None:
            return self
        method = self._method.__get__(one, kind)
        return blocking(method, one.held) if isinstance(one, Blocks) else method


class Blocking:
    """A thing of which each method blocks; what is no method is as it is."""

    def __init__(self, thing: Any, held: Held) -> None:
        self._thing = thing
        self.held = held

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        return blocking(found, self.held) if callable(found) else found

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self._thing)})


def blocking(method: Callable[..., Any], held: Held) -> Callable[..., Any]:
    """Make a method that blocks of one that is asynchronous."""

    @wraps(method)
    def call(*args: Any, **named: Any) -> Any:
        return _blocked(method(*args, **named), held)

    return call


def _blocked(value: Any, held: Held) -> Any:
    if iscoroutine(value):
        return held.run(value)
    if isinstance(value, AsyncIterator):
        return _each(value, held)
    if isinstance(value, AbstractAsyncContextManager):
        return _within(value, held)
    return value


def _each(things: AsyncIterator[T], held: Held) -> Iterator[T]:
    """Give what an asynchronous iterator gives, fetched by the hundred."""

    async def some() -> list[T]:
        found = list[T]()
        async for one in things:
            found.append(one)
            if len(found) == STRIDE:
                break
        return found

    while found := held.run(some()):
        yield from found


@contextmanager
def _within(context: AbstractAsyncContextManager[T], held: Held) -> Iterator[Blocking]:
    """Enter and leave something asynchronous; what it gives blocks as well."""

    async def entered() -> T:
        return await context.__aenter__()

    async def left(error: BaseException | None) -> bool | None:
        trace = error.__traceback__ if error else None
        return await context.__aexit__(type(error) if error else None, error, trace)

    thing = held.run(entered())
    try:
        yield Blocking(thing, held)
    except BaseException as error:
        if not held.run(left(error)):
            raise
    else:
        held.run(left(None))
