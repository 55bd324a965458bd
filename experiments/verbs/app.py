"""Serve the explorer: a page on which every lever can be moved, computed live.

Two scenarios side by side on the same draws and their paired difference: fans of runs, regimes, the
network of trust month by month, and why each body stays or leaves. Open the address that is printed in
a browser; Ctrl-C stops the server. Nothing is written, and visitors share nothing but computations.

By default only this computer can reach it. There is no password: before opening it to others with host=
and hosts=, read docs/explorer.md.

For example:
  partnerships app
  partnerships app port=9000
  partnerships app host=0.0.0.0 hosts=[192.168.1.20] most_replicates=50
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from analysis.shared.libraries import library
from experiments.errors import CommandError
from experiments.page.answers import answer
from experiments.page.html import page_html
from experiments.page.request import MOST_REPLICATES, read_options, request_by
from experiments.settings import Names, checked
from sim.parameters import Whole

if TYPE_CHECKING:
    import uvicorn

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
"""Names by which a browser on this computer reaches it; IPv6 with and without the brackets of an address."""

_MOST_CONNECTIONS = 256
_SECONDS_IDLE = 15
_SECONDS_TO_FINISH = 3
_MOST_BYTES_OF_HEADERS = 16 * 1024


@checked
class AppSettings:
    """What can be set for the server; the defaults are in configs/app.yaml."""

    host: str
    port: Annotated[Whole, Field(ge=0, le=65_535)]
    hosts: Names
    most_replicates: Annotated[Whole, Field(ge=2, le=MOST_REPLICATES)]
    workers: Annotated[Whole, Field(ge=1, le=64)] | None
    memory_mb: Annotated[Whole, Field(ge=16, le=65_536)]


def serve(settings: AppSettings) -> None:
    """Make the page ready, compile the engine if need be, and serve until stopped."""
    hosts = served_hosts(settings.host, settings.hosts)
    for name in ("starlette", "uvicorn"):
        library(name, purpose="partnerships app", extra="app")
    import uvicorn

    from experiments.page.server import Answering, make_app

    listener = listening_socket(settings.host, settings.port)
    answering = Answering(workers=settings.workers or os.cpu_count() or 1, memory_mb=settings.memory_mb)
    try:
        answering.start()
        prepare()
        page = page_html(most_replicates=settings.most_replicates)
        app = make_app(page, answering, hosts=hosts, most_replicates=settings.most_replicates)
        _tell(f"The explorer is at {address(listener)} (Ctrl-C stops it)")
        uvicorn.Server(_serving(app)).run(sockets=[listener])
    except KeyboardInterrupt:
        _tell("stopped")
    finally:
        answering.close()
        listener.close()


def prepare() -> None:
    """Read what can be asked and answer one question, so that the first visitor does not wait for it."""
    _tell("Getting ready ...")
    read_options()
    first = {"preset": "baseline_lsp"}
    answer(request_by({"left": first, "right": first, "replicates": 2}))


def served_hosts(host: str, others: tuple[str, ...]) -> list[str]:
    """Return the names in the Host header of a request that are answered.

    Requests under any other name are refused, lest a page elsewhere reaches the server through a name of
    its own that leads here. Raises CommandError if the server is open to others without a name for them.
    """
    if _is_any(host):
        if not others:
            raise CommandError(
                f"host = {host!r} opens the server to others: say by which names or addresses they reach it, "
                "for example hosts=[192.168.1.20]"
            )
        return [*LOOPBACK, *others]
    return list(dict.fromkeys([*LOOPBACK, host, *others]))


def _is_any(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return host == ""


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raise CommandError if the address or the port cannot be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_MOST_CONNECTIONS)
    except OSError as error:
        raise CommandError(
            f"cannot listen at host = {host!r}, port = {port}: {error.strerror or error}; choose another, port=0 takes "
            "any that is free"
        ) from None


def address(listener: socket.socket) -> str:
    """Return what to type into a browser to reach a listening socket."""
    host, port = listener.getsockname()[:2]
    if _is_any(host):
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _serving(app: object) -> uvicorn.Config:
    import uvicorn

    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=_SECONDS_IDLE,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        h11_max_incomplete_event_size=_MOST_BYTES_OF_HEADERS,
    )


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
