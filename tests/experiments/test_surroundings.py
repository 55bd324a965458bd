"""What a command finds around it, broken or odd, does not decide what it comes to."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from experiments import surroundings
from experiments.console import main
from experiments.errors import one_line
from experiments.terminal import console

RUN = ["run", "months=6", "figures=false"]
SAID = ("levers", "parameters")

pytestmark = pytest.mark.usefixtures("empty_folder")


class Lost(io.StringIO):
    """A stream that nobody reads, or that has no room."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def write(self, text: str) -> int:
        raise OSError(self.number, os.strerror(self.number))


def written_to(encoding: str, words: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(words) == 0
    return stream.buffer.getvalue().decode(encoding)


# ----------------------------------------------------------------------------- output


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", pytest.param("latin-1", marks=pytest.mark.long)])
@pytest.mark.parametrize("words", [["list", "parameters"], ["sensitivity", "--help"], [*RUN, "output=answer"]])
def test_signs_that_a_terminal_lacks_end_no_command(encoding, words, monkeypatch):
    """A minus, a pound sign or a cross must not lose results that took hours, nor a list."""
    written = written_to(encoding, words, monkeypatch)
    assert len(written) > 100
    assert "?" not in written.replace("month?", "")


def test_what_programs_read_is_whole_in_every_encoding(monkeypatch):
    rows = json.loads(written_to("ascii", ["list", "parameters", "--json"], monkeypatch))
    assert any("£" in row["unit"] for row in rows)


@pytest.mark.parametrize("words", [["list", "boards"], [*RUN, "output=answer"], ["--help"], ["run", "--cfg", "job"]])
def test_a_reader_that_has_seen_enough_is_no_error(words, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdout", Lost(errno.EPIPE))
    assert main(words) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("words", [["list", "boards"], [*RUN, "output=answer"], ["--help"]])
def test_output_without_room_is_named(words, monkeypatch, capsys):
    """What was written before it was said is kept."""
    monkeypatch.setattr(sys, "stdout", Lost(errno.ENOSPC))
    assert main(words) == 1
    assert capsys.readouterr().err.startswith("error: standard output: No space left on device")
    assert Path("answer/manifest.json").is_file() == (words[0] == "run")


def test_remarks_that_nobody_reads_end_nothing(monkeypatch):
    """Standard error may be a pipe whose reader went away long before the results are there."""
    monkeypatch.setattr(sys, "stderr", Lost(errno.EPIPE))
    assert main([*RUN, "output=answer", "calendar=[{from: 2030-01, levers: {pooling_rate: 0.2}}]"]) == 0
    assert Path("answer/manifest.json").is_file()


def test_streams_are_given_back(capsys):
    before = sys.stdout, sys.stderr
    main(["--help"])
    assert (sys.stdout, sys.stderr) == before
    console().print("said")
    assert capsys.readouterr().out.endswith("said\n")


@pytest.mark.parametrize(
    "closed",
    [
        pytest.param(">&-", marks=pytest.mark.long),
        pytest.param("2>&-", marks=pytest.mark.long),
        pytest.param("<&- >&- 2>&-", marks=pytest.mark.slow),
    ],
)
def test_closed_streams_are_no_error(closed, tmp_path):
    """Cron and some queues of jobs close them; the next file that is opened must not stand in for them."""
    words = f"{sys.executable} -m experiments.console run months=6 output=answer {closed}"
    surroundings_of = {**os.environ, "PYTHONPATH": str(Path(surroundings.__file__).parents[1])}
    assert subprocess.run(words, shell=True, env=surroundings_of, check=False).returncode == 0
    assert list((tmp_path / "answer" / "figures").glob("*.png"))


# ---------------------------------------------------------------------------- signals


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_closed_terminal_ends_a_command_as_a_polite_kill_does(name, tmp_path, monkeypatch, request):
    number = getattr(signal, name)
    outside = signal.signal(number, signal.SIG_DFL)  # tests may themselves be run under nohup
    request.addfinalizer(lambda: signal.signal(number, outside))
    monkeypatch.setattr("experiments.verbs.run.tied_run", lambda *_, **__: signal.raise_signal(number))
    before = signal.getsignal(number)
    with pytest.raises(SystemExit) as left:
        main([*RUN, "output=answer"])
    assert left.value.code == 128 + number
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(number) == before


def test_who_asked_to_go_on_without_a_terminal_is_heard(monkeypatch, request):
    """As nohup has it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    request.addfinalizer(lambda: signal.signal(signal.SIGHUP, before))
    said = []
    monkeypatch.setattr("experiments.console._dispatch", lambda _: said.append(signal.raise_signal(signal.SIGHUP)) or 0)
    assert main(["--help"]) == 0
    assert said == [None]


def test_a_command_is_there_before_anything_that_takes_a_while():
    """Who presses Ctrl-C in its first instant would see a trace of what is imported outside of it."""
    code = (
        "import sys; before = set(sys.modules); import experiments.console; "
        "print(sorted(name for name in set(sys.modules) - before if name.startswith('experiments')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(surroundings.__file__).parents[1],
    )
    assert done.stdout.strip() == "['experiments', 'experiments.console']"


# --------------------------------------------------------------------------- settings


@pytest.mark.long
def test_figures_need_no_backend_and_no_settings_of_ones_own(tmp_path):
    """A backend that there is not, TeX that is not installed and words that mean nothing change no figure."""
    odd = tmp_path / "odd"
    odd.mkdir()
    (odd / "matplotlibrc").write_text("text.usetex: True\nbackend: TkAgg\nfont.family: Nonesuch\nfoo: bar\n")
    words = [sys.executable, "-m", "experiments.console", "run", "months=6"]
    home = {**os.environ, "PYTHONPATH": str(Path(surroundings.__file__).parents[1])}
    for folder, beside in ((tmp_path, {}), (odd, {"MPLBACKEND": "nonsense"})):
        done = subprocess.run([*words, "output=answer"], cwd=folder, env=home | beside, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
    plain, oddly = (sorted((folder / "answer" / "figures").glob("*.png")) for folder in (tmp_path, odd))
    assert [path.read_bytes() for path in plain] == [path.read_bytes() for path in oddly]
    assert plain


@pytest.mark.parametrize("verb", ["run", "compare", "sweep"])
def test_settings_that_matplotlib_cannot_read_are_named(verb, tmp_path, capsys):
    Path("matplotlibrc").write_bytes(b"\xff\xfe nonsense")
    assert main([verb]) == 2
    assert str(tmp_path / "matplotlibrc") in capsys.readouterr().err


@pytest.mark.parametrize("words", [RUN, ["rerun", "answer"], ["sweep", "study=s"]])
def test_a_folder_that_is_gone_is_told(words, tmp_path, monkeypatch, capsys):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main(words) == 1
    assert "the folder that this command is given in is gone" in capsys.readouterr().err


def test_a_user_without_a_home_gets_no_folder_of_that_name(monkeypatch, tmp_path):
    """In containers; libraries would take "~" for a folder in the one that is worked in."""
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    monkeypatch.delenv("HOME")
    with surroundings.settled_surroundings():
        assert os.environ["HOME"] == os.devnull
    assert "HOME" not in os.environ


def test_an_error_of_a_file_names_the_file():
    full = OSError(errno.ENOSPC, "No space left on device", "/far/away.csv")
    assert one_line(full).startswith("'/far/away.csv': No space left on device: make room there")


# ---------------------------------------------------------------------------- machine
