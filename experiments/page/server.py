"""The web application of the explorer: one page, and two questions that it may ask.

Visitors share computations and nothing else: an answer depends on the question alone. There are no
cookies, no files are read or written while serving, and every question is checked and bounded before
anything is computed. Bands are computed on threads (the compiled engine lets go of the interpreter's
lock), examples on processes (agents hold it).
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache, partial
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from experiments.page.answers import SideRuns, answer, side_runs, typical_replicate
from experiments.page.packing import compact
from experiments.page.processes import ExampleProcesses
from experiments.page.request import MOST_REPLICATES, PageRequest, request_in
from experiments.page.single_flight import Busy, SingleFlightCache
from sim import Scenario, ScenarioError

MOST_BYTES_ASKED = 64 * 1024
MOST_WAITING = 60
"""Different questions that may wait for their computation; beyond that visitors are told to come back."""

SECONDS_TO_ASK = 10.0
SECONDS_TO_ANSWER = 30.0
SECONDS_TO_COME_BACK = 2

MEGABYTE = 2**20

SECURITY_HEADERS = (
    (b"content-security-policy", b"frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
"""Sent with everything; the page itself says in a meta element which scripts may run and whom it may call."""

_GZIP_LEVEL = 1
_QUESTIONS_REMEMBERED = 256

Value = TypeVar("Value")


def _written_cache(most_bytes: int) -> SingleFlightCache[str, bytes]:
    return SingleFlightCache(most_bytes=most_bytes, size_of=len, most_waiting=MOST_WAITING)


class Answering:
    """Works out answers and examples: each question once, however many visitors ask, on few workers."""

    def __init__(self, *, workers: int, memory_mb: int = 256) -> None:
        room = memory_mb * MEGABYTE
        self.runs: SingleFlightCache[str, SideRuns] = SingleFlightCache(
            most_bytes=room // 2, size_of=lambda runs: runs.bytes, most_waiting=2 * MOST_WAITING
        )
        self.answers: SingleFlightCache[str, bytes] = SingleFlightCache(
            most_bytes=room // 4, size_of=len, most_waiting=MOST_WAITING
        )
        self.examples: SingleFlightCache[str, bytes] = SingleFlightCache(
            most_bytes=room // 4, size_of=len, most_waiting=MOST_WAITING
        )
        self._running = ThreadPoolExecutor(workers, thread_name_prefix="runs")
        # Apart, so that an answer whose runs are there does not queue behind the runs of others.
        self._writing = ThreadPoolExecutor(workers, thread_name_prefix="answers")
        self._processes = ExampleProcesses(workers)
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, asked: PageRequest) -> bytes:
        """Return the gzipped JSON of an answer; raise :class:`Busy` if too many are waited for."""
        key = _identity(asked.left, asked.right, asked.seed, asked.replicates)
        future, is_mine = self.answers.claim(key)
        if is_mine:
            task = asyncio.create_task(self._work_out(key, future, asked))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await _shared(future)

    async def examples_of(self, asked: PageRequest) -> bytes:
        """Return the gzipped JSON of one replicate on both sides: the one asked for, or a typical one."""
        replicate = asked.run
        if replicate is None:
            replicate = typical_replicate(*await self._runs_of(asked))
        ordered = [self._example(side, asked.seed, replicate) for side in (asked.left, asked.right)]
        left, right = [await _shared(future) for future in ordered]
        whole = b'{"replicate":%d,"left":%b,"right":%b}' % (replicate, left, right)
        return await _shared(self._writing.submit(_gzipped, whole))

    async def _work_out(self, key: str, future: Future[bytes], asked: PageRequest) -> None:
        try:
            runs = await self._runs_of(asked)
            content = await _shared(self._writing.submit(_written_answer, asked, runs))
        except BaseException as error:
            self.answers.give_up(key, future, error)
        else:
            self.answers.hand_out(key, future, content)

    async def _runs_of(self, asked: PageRequest) -> list[SideRuns]:
        """Return the runs of both sides, which visitors share as they share answers."""
        ordered = []
        for scenario in (asked.left, asked.right):
            key = _identity(scenario, asked.seed, asked.replicates)
            future, is_mine = self.runs.claim(key)
            if is_mine:
                live = partial(side_runs, scenario, asked.seed, asked.replicates)
                self._running.submit(self.runs.fill, key, future, live)
            ordered.append(future)
        return [await _shared(future) for future in ordered]

    def _example(self, scenario: Scenario, seed: int, replicate: int) -> Future[bytes]:
        """Return the JSON of one side's example, which may still have to be lived through."""
        key = _identity(scenario, seed, replicate)
        future, is_mine = self.examples.claim(key)
        if is_mine:
            try:
                lived = self._processes.submit(scenario, seed, replicate)
            except BaseException as error:
                self.examples.give_up(key, future, error)
                raise
            lived.add_done_callback(lambda done: self.examples.fill(key, future, done.result))
        return future

    def start(self) -> None:
        """Begin what takes long to begin."""
        self._processes.start()

    def close(self) -> None:
        """Stop the workers; what is under way is finished or dropped."""
        for threads in (self._running, self._writing):
            threads.shutdown(wait=False, cancel_futures=True)
        self._processes.close()


def _written_answer(asked: PageRequest, runs: Sequence[SideRuns]) -> bytes:
    return _gzipped(compact(answer(asked, runs)))


def _identity(*asked: Any) -> str:
    return hashlib.blake2b(repr(asked).encode(), digest_size=16).hexdigest()


def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, _GZIP_LEVEL, mtime=0)


async def _shared(future: Future[Value]) -> Value:
    """Wait for what others may wait for too: neither a time-out nor a visitor who leaves cancels it."""
    return await asyncio.shield(asyncio.wrap_future(future))


# ------------------------------------------------------------------------------ the application


def make_app(
    page: str, answering: Answering, *, hosts: Sequence[str], most_replicates: int = MOST_REPLICATES
) -> ASGIApp:
    """Return the application that serves ``page`` and its two questions to visitors of ``hosts``.

    Whoever asks for more than ``most_replicates`` runs a side is refused.
    """
    page_gzipped = gzip.compress(page.encode(), 9, mtime=0)

    async def show_page(request: Request) -> Response:
        return _content(request, page_gzipped, "text/html; charset=utf-8", caching="no-cache")

    async def give_answer(request: Request) -> Response:
        return await _answered(request, answering.answer, most_replicates)

    async def give_example(request: Request) -> Response:
        return await _answered(request, answering.examples_of, most_replicates)

    async def no_icon(_: Request) -> Response:
        return Response(status_code=204)

    app = Starlette(
        routes=[
            Route("/", show_page),
            Route("/answer", give_answer, methods=["POST"]),
            Route("/example", give_example, methods=["POST"]),
            Route("/favicon.ico", no_icon),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)],
        exception_handlers={HTTPException: _refusal, Exception: _failure},
    )
    return SecurityHeaders(app)


class SecurityHeaders:
    """Adds ``SECURITY_HEADERS`` to every response, also to those of errors."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and the response back with the headers added."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *SECURITY_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)


async def _answered(
    request: Request, work_out: Callable[[PageRequest], Awaitable[bytes]], most_replicates: int
) -> Response:
    try:
        asked = _asked_in(await _body(request), most_replicates)
    except ScenarioError as error:
        raise HTTPException(422, str(error)) from None
    try:
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            content = await work_out(asked)
    except Busy:
        later = {"Retry-After": str(SECONDS_TO_COME_BACK)}
        raise HTTPException(503, "too many people are asking at once: try again in a moment", later) from None
    except BrokenProcessPool:
        raise HTTPException(503, "a worker of the server has died: try again", {"Retry-After": "1"}) from None
    except TimeoutError:
        raise HTTPException(504, "this takes too long: ask for fewer replicates, months or seats") from None
    return _content(request, content, "application/json", caching="no-store")


@lru_cache(_QUESTIONS_REMEMBERED)
def _asked_in(body: bytes, most_replicates: int) -> PageRequest:
    return request_in(body, most_replicates=most_replicates)


async def _body(request: Request) -> bytes:
    """Return the body of a request from our own page; refuse one of another kind, origin, size or pace."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "questions are taken from the server's own page only")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "a question is sent as application/json")
    too_large = HTTPException(413, f"the question is too large: at most {MOST_BYTES_ASKED // 1024} kB are read")
    stated = request.headers.get("content-length", "0")
    if not stated.isdecimal() or int(stated[:12]) > MOST_BYTES_ASKED:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS_TO_ASK):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES_ASKED:
                    raise too_large
    except TimeoutError:
        raise HTTPException(408, f"the question did not arrive within {SECONDS_TO_ASK:g} seconds") from None
    except ClientDisconnect:
        raise HTTPException(400, "the connection was closed") from None
    return bytes(body)


def _content(request: Request, gzipped: bytes, kind: str, *, caching: str) -> Response:
    headers = {"content-type": kind, "cache-control": caching, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(gzipped, headers=headers | {"content-encoding": "gzip"})
    return Response(gzip.decompress(gzipped), headers=headers)


async def _refusal(_: Request, error: Exception) -> Response:
    known = error if isinstance(error, HTTPException) else HTTPException(500)
    return _error(known.status_code, known.detail, known.headers)


async def _failure(_: Request, __: Exception) -> Response:
    # What went wrong is told to whoever runs the server (its log), not to visitors.
    return _error(500, "the server failed at this question; its log says why")


def _error(status: int, line: str, headers: Mapping[str, str] | None = None) -> Response:
    content = compact({"error": line})
    kept = {"content-type": "application/json", "cache-control": "no-store", **(headers or {})}
    return Response(content, status_code=status, headers=kept)
