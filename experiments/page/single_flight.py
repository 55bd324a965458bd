"""Answers by question, each worked out once however many ask at once, and kept while there is room."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Busy(RuntimeError):
    """So many computations are waiting that another one is not begun."""


class SingleFlightCache(Generic[Key, Value]):
    """A bounded store that hands the same computation to everybody who asks for it meanwhile.

    ``size_of`` gives the bytes of a value; beyond ``most_bytes`` what was not asked for longest goes
    first. Failures are passed on to those who wait and not kept. With ``most_waiting`` computations under
    way another question is refused. Safe to use from several threads.
    """

    def __init__(self, *, most_bytes: int, size_of: Callable[[Value], int], most_waiting: int = 1_000) -> None:
        self._most_bytes = most_bytes
        self._most_waiting = most_waiting
        self._size_of = size_of
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._under_way: dict[Key, Future[Value]] = {}
        self._lock = threading.Lock()
        self.bytes_kept = 0
        self.computations = 0

    def __len__(self) -> int:
        return len(self._kept)

    def claim(self, key: Key) -> tuple[Future[Value], bool]:
        """Return the future of a value, and whether the caller is the one who has to :meth:`fill` it.

        Raises :class:`Busy` if the value would have to be worked out and too many are waiting already.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                ready: Future[Value] = Future()
                ready.set_result(self._kept[key])
                return ready, False
            if key in self._under_way:
                return self._under_way[key], False
            if len(self._under_way) >= self._most_waiting:
                raise Busy(f"{self._most_waiting} questions are being worked out already")
            future: Future[Value] = Future()
            self._under_way[key] = future
            self.computations += 1
            return future, True

    def fill(self, key: Key, future: Future[Value], compute: Callable[[], Value]) -> None:
        """Work out a value that was claimed and hand it, or the error, to all who wait for it."""
        try:
            value = compute()
        except BaseException as error:
            self.give_up(key, future, error)
        else:
            self.hand_out(key, future, value)

    def hand_out(self, key: Key, future: Future[Value], value: Value) -> None:
        """Keep a claimed value and give it to all who wait for it."""
        with self._lock:
            del self._under_way[key]
            self._keep(key, value)
        future.set_result(value)

    def give_up(self, key: Key, future: Future[Value], error: BaseException) -> None:
        """Tell all who wait for a claimed value that there will be none; the next to ask begins anew."""
        with self._lock:
            del self._under_way[key]
        future.set_exception(error)

    def _keep(self, key: Key, value: Value) -> None:
        size = self._size_of(value)
        if size > self._most_bytes:
            return
        self._kept[key] = value
        self.bytes_kept += size
        while self.bytes_kept > self._most_bytes:
            _, oldest = self._kept.popitem(last=False)
            self.bytes_kept -= self._size_of(oldest)
