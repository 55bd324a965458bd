"""``explorer`` writes the page and ``app`` serves it: to this computer, and nothing else."""

from __future__ import annotations

import json
import socket
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from experiments.behaviours import on_turns
from experiments.console import main
from experiments.page.html import FIRST_REPLICATES
from experiments.page.options import accepted_sets
from experiments.verbs.app import HEADERS, server_of

pytestmark = pytest.mark.usefixtures("empty_folder")


@pytest.mark.slow
def test_the_verb_writes_the_page_and_says_of_what(capsys):
    for name in ("one", "two"):
        assert main(["explorer", f"output={name}"]) == 0
    said = capsys.readouterr().out
    assert "open explorer.html in a browser" in said
    assert "set by hand" not in said
    pages = [Path(name, "explorer.html").read_bytes() for name in ("one", "two")]
    assert pages[0] == pages[1], "the same settings write the same bytes"
    record = json.loads(Path("one/manifest.json").read_text("utf-8"))
    assert "talking_shop" in record["scenarios"]
    sets = len(accepted_sets())
    assert record["settings"]["remarks"] == [on_turns(sets=sets, replicates=FIRST_REPLICATES)]


def test_one_page_is_served_and_nothing_else():
    server = server_of(b"<p>here</p>", 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    home = f"http://127.0.0.1:{server.server_port}/"
    with urllib.request.urlopen(f"{home}?x=1") as answer:
        assert answer.read() == b"<p>here</p>"
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    for elsewhere in ("etc/passwd", "../pyproject.toml"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(home + elsewhere)
    server.shutdown()
    server.server_close()


def test_a_port_in_use_is_told_in_one_line(capfd, monkeypatch):
    monkeypatch.setattr("experiments.verbs.app.page_of", lambda case, extension: (None, ""))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["app", f"port={taken.getsockname()[1]}", "browser=false"]) == 2
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert "cannot listen at port" in line
    assert "port=0" in line
