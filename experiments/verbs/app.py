"""Open the explorer in a browser: a page on which every lever moves, and which computes by itself.

The page is that of partnerships explorer, also with case=FOLDER and extension=FILE, served to this computer alone,
because some browsers refuse to run files.
Ctrl-C stops serving; a page that is open goes on without. Nothing is written.

For example:
  partnerships app
  partnerships app port=9000 browser=false
  partnerships app case=mycity
  partnerships app extension=grudges.py
"""

from __future__ import annotations

import sys
import webbrowser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Annotated, Any

from pydantic import Field

from experiments.errors import CommandError
from experiments.settings import checked
from experiments.verbs.explorer import page_of
from sim.parameters import Whole

HERE = "127.0.0.1"

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Sent with the page, which says itself what may run in it."""


@checked
class AppSettings:
    """What can be set; the defaults are in configs/app.yaml."""

    case: str | None
    extension: str | None
    port: Annotated[Whole, Field(ge=0, le=65_535)]
    browser: bool


def serve(settings: AppSettings) -> None:
    """Put the page together and serve it until stopped."""
    _, page = page_of(settings.case, settings.extension)
    server = server_of(page.encode(), settings.port)
    address = f"http://{HERE}:{server.server_port}/"
    _tell(f"The explorer is at {address} (Ctrl-C stops it)")
    try:
        if settings.browser:
            webbrowser.open(address)
        server.serve_forever()
    except KeyboardInterrupt:
        _tell("stopped")
    finally:
        server.server_close()


def server_of(content: bytes, port: int) -> ThreadingHTTPServer:
    """Return a server that has one page, for this computer alone. Raises CommandError if the port cannot be had."""

    class OnePage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.partition("?")[0] != "/":
                self.send_error(404)
                return
            self.send_response(200)
            for name, value in (HEADERS | {"Content-Length": str(len(content))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *said: Any) -> None:
            pass

    try:
        return ThreadingHTTPServer((HERE, port), OnePage)
    except OSError as error:
        raise CommandError(
            f"cannot listen at port = {port}: {error.strerror or error}; choose another, port=0 takes any that is free"
        ) from None


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
