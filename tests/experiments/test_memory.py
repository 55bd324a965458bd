"""Memory is asked for before it is taken, and where it is refused a person is told what takes less."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import refused_line

from experiments import errors, memory, surroundings
from experiments.errors import CommandError, exit_code, one_line
from experiments.memory import refuse_too_many
from experiments.surroundings import memory_left, memory_limit

GB = 10**9
NO_ROOM = [
    MemoryError(),
    ImportError("libscipy_openblas-6cdc3b4a.so: failed to map segment from shared object"),
    OSError("Could not find/load shared object file 'libllvmlite.so' from resource location: 'llvmlite.binding'."),
    SystemError("<function f at 0x7f> returned NULL without setting an exception"),
]
OPTIMISE = "optimise vary=[levers.duty.attend] months=6 bound=0.5 population=8 generations=1 places=[typical]"


def machine(folder: Path, monkeypatch: pytest.MonkeyPatch, groups: str, files: dict[str, str]) -> None:
    """Let the limits be those of a machine with so much in its files."""
    monkeypatch.setattr(surroundings, "_PROC", folder / "proc")
    monkeypatch.setattr(surroundings, "_CGROUPS", folder / "cgroup")
    files = {
        "proc/meminfo": "MemTotal: 32000000 kB\nMemAvailable: 16000000 kB\n",
        "proc/self/cgroup": groups,
        "proc/self/statm": "1000 500",
        **files,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_what_is_left_is_that_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(tmp_path, monkeypatch, "0::/\n", {"cgroup/memory.max": "max"})
    assert memory_left() == 16_000_000 * 1024


@pytest.mark.parametrize(
    ("groups", "files"),
    [
        (
            "0::/job/step\n",
            {
                "cgroup/job/memory.max": str(4 * GB),
                "cgroup/job/memory.current": str(3 * GB),
                "cgroup/job/memory.stat": f"anon {GB}\ninactive_file {GB}\n",
                "cgroup/job/step/memory.max": "max",
            },
        ),
        (
            "3:cpu:/\n2:memory:/job\n",
            {
                "cgroup/memory/job/memory.limit_in_bytes": str(4 * GB),
                "cgroup/memory/job/memory.usage_in_bytes": str(3 * GB),
                "cgroup/memory/job/memory.stat": f"total_inactive_file {GB}\n",
            },
        ),
    ],
)
def test_or_that_of_a_container_or_job_without_what_is_only_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, groups: str, files: dict[str, str]
) -> None:
    machine(tmp_path, monkeypatch, groups, files)
    assert memory_left() == 2 * GB


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"memory.max": "2000\n", "memory.current": "500\n"}, (2000, 500)),
        ({"memory.max": "max\n", "memory.current": "500\n"}, None),
        ({"memory/memory.limit_in_bytes": "3000", "memory/memory.usage_in_bytes": "1"}, (3000, 1)),
        ({"memory/memory.limit_in_bytes": "9223372036854771712", "memory/memory.usage_in_bytes": "1"}, None),
        ({}, None),
    ],
)
def test_the_limit_of_a_container_is_known(
    files: dict[str, str], expected: tuple[int, int] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(tmp_path, monkeypatch, "2:memory:/\n0::/\n", {f"cgroup/{name}": text for name, text in files.items()})
    assert memory_limit() == expected
    if expected:
        assert memory_left() == expected[0] - expected[1]


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v is kept on Linux alone")
def test_or_that_of_ulimit() -> None:
    asked = "ulimit -v 1000000; exec $0 -c 'from experiments.surroundings import memory_left as left; print(left())'"
    said = subprocess.run(["bash", "-c", asked, sys.executable], capture_output=True, text=True, check=True)
    assert 0 < int(said.stdout) < 1_024_000_000


def test_the_most_that_fits_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "memory_left", lambda: 2 * GB)
    refuse_too_many("replicates", 400_000, bytes_each=5_000, otherwise="")
    with pytest.raises(
        CommandError, match=r"^replicates = 500,000 takes about 2.5 GB of memory, .* 2 GB more: at most "
    ):
        refuse_too_many("replicates", 500_000, bytes_each=5_000, otherwise="")
    monkeypatch.setattr(memory, "memory_left", lambda: 10)
    with pytest.raises(CommandError, match=r"allow it more$"):
        refuse_too_many("workers", 1, bytes_each=5_000, otherwise="")


@pytest.mark.usefixtures("empty_folder")
def test_verbs_refuse_what_will_not_fit_before_anything_is_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(memory, "memory_left", lambda: GB)
    asked = ["compare", "scenarios=[talking_shop,baseline_lsp]", "months=144", "replicates=50000"]
    assert refused_line(asked, capsys).endswith("at most replicates=8576 fits here; figures=false takes less")
    asked = ["sweep", "study=s", "vary=[levers.duty]", "months=3", "replicates=1", "draws=2", "workers=16"]
    assert refused_line(asked, capsys, alone=False).endswith("at most workers=4 fits here")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "setting", "left"),
    [
        ("explain months=6 replicates=2 engine=mesa behaviour=best", "replicates", 20_000),
        ("explain months=6 replicates=64 engine=ensemble behaviour=best", "replicates", 30_000),
        ("regimes scenarios=[talking_shop] months=12 replicates=20 behaviour=best", "replicates", 9_000),
        pytest.param("claims replicates=20 behaviour=best", "replicates", 100_000, marks=pytest.mark.long),
        pytest.param("dock replicates=20 behaviour=best", "replicates", 60_000, marks=pytest.mark.long),
        (f"{OPTIMISE} replicates=12", "replicates", 10_000),
        (f"{OPTIMISE} replicates=1 confirming_replicates=50", "confirming_replicates", 50_000),
    ],
)
def test_what_is_kept_of_runs_is_known_from_the_first_and_refused_if_all_will_not_fit(
    asked: str, setting: str, left: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the second, with a number that fits."""
    monkeypatch.setattr(memory, "memory_left", lambda: left)
    line = refused_line([*asked.split(), "figures=false"], capsys)
    assert line.startswith(f"error: {setting} = "), line
    fits = re.search(rf"at most {setting}=(\d+) fits here$", line)
    assert fits, line
    many = re.match(r"error: \w+ = ([\d,]+) takes", line)
    assert many
    assert 0 < int(fits[1]) < int(many[1].replace(",", ""))


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("can't start new thread"), OSError(errno.ENOMEM, "Cannot allocate memory")]
)
def test_memory_that_is_refused_is_no_reason_to_try_the_same_again(error: Exception) -> None:
    said = one_line(error, ["workers", "replicates"])
    assert said.endswith("allow it more, or give workers=1, or fewer replicates")
    assert "same command" not in said
    assert type(error).__name__ not in said
    assert exit_code(error) == 2


@pytest.mark.parametrize("error", NO_ROOM)
def test_a_limit_of_memory_is_named_with_cures_that_there_are(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a library finds no room for its code, and says something else."""
    for module in (errors, surroundings):
        monkeypatch.setattr(module, "address_space", lambda: 2 * GB)
    limit = "this process may take no more memory than 2.00 GB (its address space, ulimit -v)"
    assert one_line(error) == f"{limit}: allow it more"
    assert one_line(error, ["seed", "workers"]) == f"{limit}: allow it more, or give workers=1"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v is kept on Linux alone")
@pytest.mark.parametrize(("words", "limit"), [("list boards", 500_000), ("run months=3", 900_000)])
def test_a_command_that_cannot_even_begin_says_what_it_takes(words: str, limit: int, tmp_path: Path) -> None:
    """Libraries would wait for ever, crash or complain of a file: which, depends on how little there is."""
    asked = f"ulimit -v {limit}; exec $0 -m experiments.console {words}"
    home = {**os.environ, "PYTHONPATH": str(Path(surroundings.__file__).parents[1])}
    given = ["bash", "-c", asked, sys.executable]
    done = subprocess.run(given, cwd=tmp_path, env=home, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    takes = rf"partnerships {words.split()[0]} takes \d\.\d+ GB at least: allow it more"
    assert re.fullmatch(rf"error: .* no more memory than 0\.\d+ GB .*, and {takes}\n", done.stderr)
    assert list(tmp_path.iterdir()) == []
