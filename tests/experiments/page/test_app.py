"""The server of the explorer: what it refuses, that it computes once, and that nothing brings it down."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import httpx
import pytest

from experiments.console import main
from experiments.errors import CommandError
from experiments.page import server as app_server
from experiments.page.answers import answer
from experiments.page.request import request_by
from experiments.page.server import MOST_BYTES_ASKED, SECURITY_HEADERS, Answering, make_app
from experiments.page.single_flight import Busy, SingleFlightCache
from experiments.verbs.app import LOOPBACK, address, listening_socket, served_hosts

HOME = "http://127.0.0.1"
PAGE = "<!doctype html><title>The page</title>"
VISITORS = 20


def state(level: float = 0.5, **shared: Any) -> dict[str, Any]:
    """Return a question that is quickly answered."""
    small = {"board": "small_executive"}
    return {
        "left": {"preset": "baseline_lsp", "changes": small},
        "right": {"preset": "baseline_lsp", "changes": small | {"levers.staff_team": level}},
        "months": 24,
        "replicates": 4,
        **shared,
    }


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Compile first, as the verb does, lest the first question run into its time-out."""
    answer(request_by(state()))


@pytest.fixture
def answering() -> Iterator[Answering]:
    workers = Answering(workers=1)
    yield workers
    workers.close()


def visit(answering: Answering, asking: Callable[[httpx.AsyncClient], Coroutine[Any, Any, Any]], **app: Any) -> Any:
    """Return what ``asking`` finds at the application."""

    async def visiting() -> Any:
        served = make_app(PAGE, answering, hosts=LOOPBACK, **app)
        transport = httpx.ASGITransport(served, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=HOME, timeout=60.0) as client:
            return await asking(client)

    return asyncio.run(visiting())


def line_of(response: httpx.Response) -> str:
    """Return the error that a response tells, one line."""
    told = response.json()
    assert list(told) == ["error"]
    assert "\n" not in told["error"]
    return str(told["error"])


# ---------------------------------------------------------------------------- answers


def test_the_page_and_its_questions(answering):
    """The page, an answer and an example of the same typical run; plain and compressed are the same."""

    async def asking(client: httpx.AsyncClient) -> None:
        page = await client.get("/")
        assert page.text == PAGE
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert (await client.get("/favicon.ico")).status_code == 204
        told = await client.post("/answer", json=state())
        assert told.status_code == 200, told.text
        assert told.headers["content-encoding"] == "gzip"
        plain = await client.post("/answer", json=state(), headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.json() == told.json()
        assert told.json()["replicates"] == 4
        example = (await client.post("/example", json=state())).json()
        assert example["replicate"] == told.json()["typical_run"]
        assert example["left"]["replicate"] == example["right"]["replicate"] == example["replicate"]
        asked_for = (await client.post("/example", json=state(run=2))).json()
        assert asked_for["right"]["replicate"] == 2

    visit(answering, asking)


def test_twenty_who_ask_the_same_cost_one_computation(answering):
    """One computation a question, however many ask at once, and none for who comes later."""

    async def asking(client: httpx.AsyncClient) -> list[httpx.Response]:
        responses = await asyncio.gather(*(client.post("/answer", json=state()) for _ in range(VISITORS)))
        return [*responses, await client.post("/answer", json=state())]

    responses = visit(answering, asking)
    assert {response.status_code for response in responses} == {200}
    assert len({response.content for response in responses}) == 1
    assert answering.answers.computations == 1
    assert answering.runs.computations == 2


def test_twenty_who_ask_otherwise_get_their_own_answers(answering):
    """Different questions are computed apart; a side that they share is computed once."""

    async def asking(client: httpx.AsyncClient) -> list[httpx.Response]:
        levels = [(number + 0.5) / VISITORS for number in range(VISITORS)]
        return await asyncio.gather(*(client.post("/answer", json=state(level)) for level in levels))

    responses = visit(answering, asking)
    finals = [response.json()["right"]["final"]["engagement"]["mean"] for response in responses]
    assert len(set(finals)) > VISITORS / 2
    assert len({json.dumps(response.json()["left"]) for response in responses}) == 1
    assert answering.answers.computations == VISITORS
    assert answering.runs.computations == VISITORS + 1


def test_nothing_is_kept_of_a_visitor(answering):
    """No cookie, no cache at the visitor's: who asked what is nobody's business."""

    async def asking(client: httpx.AsyncClient) -> list[httpx.Response]:
        return [await client.get("/"), await client.post("/answer", json=state())]

    for response in visit(answering, asking):
        assert "set-cookie" not in response.headers
        assert "access-control-allow-origin" not in response.headers
    assert response.headers["cache-control"] == "no-store"


# --------------------------------------------------------------------------- refusals

JSON = {"content-type": "application/json"}

REFUSED = [
    ("post", "/answer", {"content": b"{", "headers": JSON}, 422, "JSON object"),
    ("post", "/answer", {"content": b"\x00" * 100, "headers": JSON}, 422, "JSON object"),
    ("post", "/answer", {"json": state(replicates=500)}, 422, "2 to 200"),
    ("post", "/answer", {"json": state(level=1.5)}, 422, "levers.staff_team = 1.5"),
    ("post", "/example", {"json": state(run=99)}, 422, "run = 99"),
    ("post", "/answer", {"json": state(place="../../etc/passwd")}, 422, "unknown place"),
    ("post", "/answer", {"content": b" " * (MOST_BYTES_ASKED + 1), "headers": JSON}, 413, "at most 64 kB"),
    ("post", "/answer", {"content": b"{}", "headers": JSON | {"content-length": "9" * 30}}, 413, "at most 64 kB"),
    ("post", "/answer", {"data": {"left": "x"}}, 415, "application/json"),
    ("post", "/answer", {"json": state(), "headers": {"sec-fetch-site": "cross-site"}}, 403, "own page"),
    ("get", "/answer", {}, 405, "Method Not Allowed"),
    ("delete", "/", {}, 405, "Method Not Allowed"),
    ("get", "/pyproject.toml", {}, 404, "Not Found"),
    ("get", "/../../etc/passwd", {}, 404, "Not Found"),
    ("get", "/%2e%2e/%2e%2e/etc/passwd", {}, 404, "Not Found"),
]


@pytest.mark.parametrize(("method", "path", "sent", "status", "told"), REFUSED)
def test_what_it_refuses(answering, method, path, sent, status, told):
    """A status, one line that says what is allowed, and the same headers as ever."""
    response = visit(answering, lambda client: client.request(method, path, **sent))
    assert response.status_code == status
    assert told in line_of(response)
    for name, value in SECURITY_HEADERS:
        assert response.headers[name.decode()] == value.decode()
    assert answering.runs.computations == 0


def test_a_body_of_unknown_length_is_read_no_further_than_allowed(answering):
    """Chunks without a stated length end at the limit, not in memory."""
    sent = 0

    async def endless():
        nonlocal sent
        for _ in range(10_000):
            sent += 1024
            yield b" " * 1024

    response = visit(answering, lambda client: client.post("/answer", content=endless(), headers=JSON))
    assert response.status_code == 413
    assert sent <= 2 * MOST_BYTES_ASKED or sent == 10_000 * 1024  # the test's transport may read ahead


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost:8484.evil.example", ""])
def test_a_foreign_name_that_leads_here_is_refused(answering, host):
    """A page elsewhere must not reach the server by a name of its own (DNS rebinding)."""
    response = visit(answering, lambda client: client.get("/", headers={"host": host}))
    assert response.status_code == 400
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["127.0.0.1:8484", "localhost:8484", "[::1]:8484"])
def test_the_names_of_this_computer_are_answered(answering, host):
    """With the port, and in both versions of the internet protocol."""
    assert visit(answering, lambda client: client.get("/", headers={"host": host})).status_code == 200


def test_a_server_can_allow_fewer_runs(answering):
    """The bound that was set at the start holds."""
    response = visit(answering, lambda client: client.post("/answer", json=state()), most_replicates=3)
    assert response.status_code == 422
    assert "2 to 3" in line_of(response)


def test_a_question_that_never_arrives(answering, monkeypatch):
    """A visitor who sends a byte now and then does not hold the server."""
    monkeypatch.setattr(app_server, "SECONDS_TO_ASK", 0.05)

    async def slowly():
        yield b"{"
        await asyncio.sleep(5.0)

    async def asking(_: httpx.AsyncClient) -> list[dict]:
        # By hand, for the transport of the tests waits for the whole body.
        told: list[dict] = []
        parts = slowly()

        async def receive() -> dict:
            return {"type": "http.request", "body": await anext(parts), "more_body": True}

        async def send(message: dict) -> None:
            told.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/answer",
            "query_string": b"",
            "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        }
        await make_app(PAGE, answering, hosts=LOOPBACK)(scope, receive, send)
        await parts.aclose()
        return told

    assert visit(answering, asking)[0]["status"] == 408


def test_an_answer_that_takes_too_long(answering, monkeypatch):
    """The visitor is told; the computation goes on for whoever asks again."""
    monkeypatch.setattr(app_server, "SECONDS_TO_ANSWER", 0.05)
    lived = app_server.side_runs

    def slowly(*asked):
        time.sleep(0.2)
        return lived(*asked)

    monkeypatch.setattr(app_server, "side_runs", slowly)

    async def asking(client: httpx.AsyncClient) -> list[httpx.Response]:
        first = await client.post("/answer", json=state())
        await asyncio.sleep(2.0)
        return [first, await client.post("/answer", json=state())]

    first, again = visit(answering, asking)
    assert first.status_code == 504
    assert "fewer replicates" in line_of(first)
    assert again.status_code == 200
    assert answering.answers.computations == 1


def test_too_many_questions_at_once(monkeypatch):
    """Beyond a bound visitors are told when to come back, and the server is free again afterwards."""
    monkeypatch.setattr(app_server, "MOST_WAITING", 3)
    answering = Answering(workers=1)

    async def asking(client: httpx.AsyncClient) -> tuple[list[httpx.Response], httpx.Response]:
        many = await asyncio.gather(*(client.post("/answer", json=state(number / 10)) for number in range(10)))
        return many, await client.post("/answer", json=state(0.95))

    many, later = visit(answering, asking)
    answering.close()
    assert sorted(response.status_code for response in many) == [200] * 3 + [503] * 7
    refused = next(response for response in many if response.status_code == 503)
    assert refused.headers["retry-after"] == "2"
    assert "try again" in line_of(refused)
    assert later.status_code == 200


def test_an_error_of_the_server_tells_no_secrets_and_is_not_kept(answering, monkeypatch):
    """Visitors read one line, the log has the rest, and the next question is answered."""

    def broken(*_):
        raise RuntimeError("/home/somebody/secret")

    with monkeypatch.context() as breaking:
        breaking.setattr(app_server, "side_runs", broken)
        failed = visit(answering, lambda client: client.post("/answer", json=state()))
    assert failed.status_code == 500
    assert "secret" not in failed.text
    assert line_of(failed)
    assert failed.headers["x-frame-options"] == "DENY"
    # The left side is the one that failed; the right one's failure may still be under way.
    assert visit(answering, lambda client: client.post("/answer", json=state(0.9))).status_code == 200


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced(answering):
    """Whoever waits for its example is told to try again; then it works."""

    async def asking(client: httpx.AsyncClient) -> list[httpx.Response]:
        waiting = asyncio.create_task(client.post("/example", json=state(run=0)))
        while not answering.examples.computations:
            await asyncio.sleep(0.01)
        for worker in multiprocessing.active_children():
            worker.kill()
        return [await waiting, await client.post("/example", json=state(run=0))]

    died, again = visit(answering, asking)
    assert died.status_code == 503
    assert "try again" in line_of(died)
    assert again.status_code == 200


# -------------------------------------------------------------------- one computation each


def once_each(most_bytes: int = 100, **bounds: int) -> SingleFlightCache[str, bytes]:
    return SingleFlightCache(most_bytes=most_bytes, size_of=len, **bounds)


def filled(store: SingleFlightCache[str, bytes], key: str, value: bytes) -> bytes:
    future, is_mine = store.claim(key)
    if is_mine:
        store.fill(key, future, lambda: value)
    return future.result()


def test_the_oldest_is_forgotten_when_room_is_short():
    """Memory is bounded by bytes; what is asked for again stays."""
    store = once_each(most_bytes=10)
    for key in "ab":
        filled(store, key, b"12345")
    filled(store, "a", b"")
    filled(store, "c", b"12345")
    assert store.claim("a")[1] is False
    assert store.claim("b")[1] is True
    assert store.bytes_kept == 10


def test_what_is_larger_than_the_room_is_not_kept():
    """One large answer does not drive out all others."""
    store = once_each(most_bytes=10)
    filled(store, "small", b"12345")
    assert filled(store, "large", b"1" * 11) == b"1" * 11
    assert len(store) == 1


def test_threads_that_ask_at_once_share_one_computation():
    """Whoever comes while it is worked out waits for that very value."""
    store, computed, begin = once_each(), [], threading.Barrier(VISITORS)

    def compute() -> bytes:
        computed.append(1)
        time.sleep(0.05)
        return b"value"

    def ask(_: int) -> bytes:
        begin.wait()
        future, is_mine = store.claim("key")
        if is_mine:
            store.fill("key", future, compute)
        return future.result(timeout=5)

    with ThreadPoolExecutor(VISITORS) as pool:
        assert set(pool.map(ask, range(VISITORS))) == {b"value"}
    assert len(computed) == store.computations == 1


def test_a_failure_reaches_all_who_wait_and_is_not_kept():
    """The next to ask begins anew."""
    store = once_each()
    first, is_mine = store.claim("key")
    second, _ = store.claim("key")
    assert is_mine
    store.fill("key", first, lambda: bytes(1 // 0))
    for future in (first, second):
        with pytest.raises(ZeroDivisionError):
            future.result()
    assert filled(store, "key", b"value") == b"value"


def test_beyond_the_bound_no_computation_is_begun():
    """What is kept or under way can still be had."""
    store = once_each(most_waiting=1)
    filled(store, "kept", b"1")
    under_way, _ = store.claim("under way")
    assert store.claim("kept")[0].result() == b"1"
    assert store.claim("under way")[0] is under_way
    with pytest.raises(Busy):
        store.claim("new")


# ----------------------------------------------------------------------------- the verb


def test_where_it_listens():
    """This computer by default; others only by names that are given."""
    assert served_hosts("127.0.0.1", ()) == list(LOOPBACK)
    assert served_hosts("lab.example.org", ()) == [*LOOPBACK, "lab.example.org"]
    assert served_hosts("0.0.0.0", ("lab.example.org",))[-1] == "lab.example.org"
    for anywhere in ("0.0.0.0", "::", ""):
        with pytest.raises(CommandError, match="hosts="):
            served_hosts(anywhere, ())


def test_a_port_in_use_is_told_in_one_line(capfd, tmp_path, monkeypatch):
    """Somebody will start it twice."""
    monkeypatch.chdir(tmp_path)
    with listening_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert address(taken) == f"http://127.0.0.1:{port}/"
        assert main(["app", f"port={port}"]) == 2
    said = capfd.readouterr().err
    assert f"port = {port}" in said
    assert "port=0" in said


def test_a_missing_library_is_named_with_its_extra(capfd, tmp_path, monkeypatch):
    """Starlette and uvicorn are an extra: who lacks them is told which."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["app"]) == 2
    assert "pip install 'local-partnerships[app]'" in capfd.readouterr().err


class Running:
    """A server in a process of its own."""

    def __init__(self, folder: os.PathLike[str]) -> None:
        # A session of its own, so that an interrupt reaches its workers too, as Ctrl-C does.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "experiments.console", "app", "port=0", "workers=2"],
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            start_new_session=True,
        )
        assert self.process.stderr is not None
        self.port = 0
        for line in self.process.stderr:
            if "http://" in line:
                self.port = int(line.split("http://")[1].split("/")[0].rpartition(":")[2])
                break

    def ask(self, what: str, body: bytes, **headers: str) -> tuple[int, bytes]:
        """Return status and content."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", what, body, JSON | headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, content

    def send_junk(self, junk: bytes) -> None:
        """Write bytes to the socket and leave."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as line:
            line.sendall(junk)
            line.settimeout(0.2)
            with contextlib.suppress(OSError):
                line.recv(1024)


@pytest.mark.slow
def test_a_server_that_many_visit_and_some_attack_stays_up(tmp_path):
    """Twenty at once, junk, half questions, a killed worker; then an interrupt ends all of it within seconds."""
    server = Running(tmp_path)
    try:
        assert server.port, server.process.poll()
        body = json.dumps(state()).encode()
        assert server.ask("/answer", body)[0] == 200
        with ThreadPoolExecutor(VISITORS) as visitors:
            asked = [json.dumps(state(number / VISITORS)).encode() for number in range(VISITORS)]
            assert [status for status, _ in visitors.map(lambda one: server.ask("/answer", one), asked)] == [
                200
            ] * VISITORS
        for junk in (
            b"\x16\x03\x01" + os.urandom(500),
            b"GET / HTTP/9.9\r\n\r\n",
            b"POST /answer HTTP/1.1\r\n",
            b"A" * 100_000,
        ):
            server.send_junk(junk)
        assert server.ask("/answer", b" " * (MOST_BYTES_ASKED + 1))[0] == 413
        assert server.ask("/answer", os.urandom(1000))[0] == 422
        status, content = server.ask("/example", body, **{"accept-encoding": "gzip"})
        assert status == 200
        assert json.loads(gzip.decompress(content))["left"]["partners"]
        assert server.process.poll() is None
    finally:
        os.killpg(server.process.pid, signal.SIGINT)
        _, complaints = server.process.communicate(timeout=30)
    assert server.process.returncode == 0, complaints
    assert "Traceback" not in complaints
    assert list(tmp_path.iterdir()) == []
