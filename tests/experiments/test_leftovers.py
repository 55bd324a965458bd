"""What killed processes leave behind is put back or taken away by the next one; what a live one holds is left alone."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from experiments.console import main
from experiments.errors import CommandError
from experiments.files import replacing, scratch_folder, sweep_up, this_process
from experiments.output.folder import output_folder

RUN = ["run", "months=6", "figures=false", "output=answer"]
ID = "0123456789ab-77"
"""A process on another machine."""

pytestmark = pytest.mark.usefixtures("empty_folder")


def made_long_ago(path: Path, *, holds: str | None = None) -> Path:
    path.mkdir() if holds is None else path.write_text(holds)
    os.utime(path, (1, 1))
    return path


def test_the_folder_of_a_killed_command_is_taken_away_by_the_next():
    """Also that of another answer: those that are named by the time are never asked for again."""
    for name in (".answer", ".other"):
        made_long_ago(Path(f"{name}.partial-{ID}"))
    live = made_long_ago(Path(f".live.partial-{this_process()}"))
    assert main(RUN) == 0
    assert {path.name for path in Path().iterdir()} == {"answer", live.name}


def test_a_folder_of_some_other_name_is_left_alone():
    made_long_ago(Path(".answer.partial-notes"))
    assert main(RUN) == 0
    assert Path(".answer.partial-notes").is_dir()


def test_an_answer_that_was_half_replaced_is_put_back(capsys):
    """A process that is killed between two renames must not lose what was there."""
    assert main(RUN) == 0
    Path("answer").rename(f".answer.replaced-{ID}")
    os.utime(f".answer.replaced-{ID}", (1, 1))
    assert main(RUN) == 2
    told = capsys.readouterr().err
    assert "answer: what a command had begun to replace when it was killed is back" in told
    assert "overwrite=true" in told
    assert [path.name for path in Path().iterdir()] == ["answer"]


def test_an_answer_stays_if_its_successor_cannot_be_put_in_its_place(monkeypatch):
    assert main(RUN) == 0
    before = Path("answer/manifest.json").read_text()
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if ".partial-" in path.name:
            raise OSError(errno.EIO, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    assert main([*RUN, "seed=2", "overwrite=true"]) == 1
    assert Path("answer/manifest.json").read_text() == before
    assert [path.name for path in Path().iterdir()] == ["answer"]


def test_files_of_killed_processes_are_taken_away_and_those_of_live_ones_stay():
    made_long_ago(Path(f".runs.csv.{ID}.partial"), holds="half")
    with replacing(Path("live.csv")) as live:
        live.write_text("whole")
        os.utime(live, (1, 1))
        sweep_up(Path(), "**/.*.partial")
        assert [path.name for path in Path().iterdir()] == [live.name]
    assert Path("live.csv").read_text() == "whole"


def test_half_a_case_stands_in_the_way_of_none(monkeypatch, capsys):
    made = Path("city")
    made.mkdir()
    made_long_ago(made / f".place.yaml.{ID}.partial", holds="half")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left on device")))
        assert main(["new", "case=city"]) == 1
    assert "city/place.yaml': No space left on device" in capsys.readouterr().err
    assert list(made.iterdir()) == []
    assert main(["new", "case=city"]) == 0


def test_a_scratch_folder_is_gone_at_the_end_with_those_of_killed_processes(tmp_path):
    left = made_long_ago(tmp_path / f"work-{ID}")
    with scratch_folder(tmp_path, "work") as scratch:
        assert not left.exists()
        assert scratch.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_names_the_output(number):
    with pytest.raises(CommandError, match=r"answer.*make room there"), output_folder(Path("answer"), overwrite=False):
        raise OSError(number, os.strerror(number))
    assert list(Path().iterdir()) == []
