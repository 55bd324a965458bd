"""Folders from others: whatever is in them, opening one writes nowhere else, runs nothing and ends in one line."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from commands import refused_line

from experiments import load_scenario, own_yaml
from experiments.cases.cells import Problem
from experiments.cases.settings_file import read_settings
from experiments.console import main
from experiments.extensions import naming
from experiments.files import Refused, inside, read_parquet
from experiments.output.manifest import read_manifest
from experiments.own_yaml import read_yaml
from experiments.study import plans, store
from experiments.study.identity import sealed
from sim import ScenarioError

SECONDS = 10.0
STUDY = ["study=s", "months=2", "board=small_executive", "vary=[levers.duty.attend]", "draws=2", "replicates=2"]
BOTH = ["scenarios=[baseline_lsp,talking_shop]", "runs_per_chunk=2", "figures=false"]
EVIL = "from pathlib import Path\n\nPath('ran').touch()\n"
CLASS_OF_PYTHON = re.compile(
    r"\b[A-Z]\w*(Error|Exception)\b|pydantic|OmegaConf|Arrow|Traceback|Input should|Field required|Invalid JSON|\[Errno"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of two scenarios in four chunks, two runs and a comparison, as somebody may pass them on."""
    folder = tmp_path_factory.mktemp("others")
    here = Path.cwd()
    os.chdir(folder)
    try:
        assert main(["sweep", *STUDY, *BOTH]) == 0
        for name in ("r", "r2"):
            assert main(["run", "months=2", "figures=false", f"output={name}"]) == 0
        some = ["scenarios=[baseline_lsp,talking_shop]", "replicates=2", "engine=mesa"]
        assert main(["compare", "months=2", *some, "figures=false", "output=c"]) == 0
    finally:
        os.chdir(here)
    return folder


@pytest.fixture
def received(made: Path, empty_folder: Path) -> Path:
    """Return a folder to work in, with copies of what was passed on."""
    return shutil.copytree(made, empty_folder / "work", dirs_exist_ok=True)


@pytest.fixture(autouse=True)
def _in_it(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, empty_folder: Path) -> None:
    if "received" in request.fixturenames:
        monkeypatch.chdir(request.getfixturevalue("received"))


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the line that refuses a command soon, and in words of this project."""
    begun = time.process_time()
    line = refused_line(words, capsys, alone=False)
    assert time.process_time() - begun < SECONDS
    assert not CLASS_OF_PYTHON.search(line), line
    return line


def replanned(change: Callable[[dict[str, Any]], None]) -> None:
    """Change a plan, and seal it anew, as who knows the code can."""
    plan = json.loads(Path("s/plan.json").read_text("utf-8"))
    change(plan)
    plan = {name: value for name, value in plan.items() if not name.startswith("hash")}
    Path("s/plan.json").write_text(json.dumps(sealed(plan)), "utf-8")


def remanifested(folder: str, **changes: Any) -> None:
    path = Path(folder, "manifest.json")
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


def outside(folder: Path) -> set[str]:
    return {path.name for path in folder.parent.iterdir()}


# ---------------------------------------------------------------------- from a text to a path

NO_NAMES = [
    "../evil", "..", ".", "", "/etc/passwd", "a/b", r"a\b", "C:evil", "nul", "con.txt", "a\0b", "a\nb", "\u202eb",
    "\ud800", "x" * 201, "é" * 150, "a ", " a", "a.", "~/x/",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name_becomes_no_path(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is not allowed: it names a file") as said:
        inside(tmp_path, name, what="chunk")
    assert "\n" not in str(said.value)
    assert len(str(said.value)) < 300


def test_names_that_people_give_become_paths(tmp_path: Path) -> None:
    for name in ("talking_shop", "St Helen's (2004), é", "x" * 200, ".hidden", "a.b-c=1"):
        assert inside(tmp_path, name).parent == tmp_path


def test_a_link_leads_no_further_than_the_folder(tmp_path: Path) -> None:
    (tmp_path / "study" / "there").mkdir(parents=True)
    (tmp_path / "study" / "within").symlink_to("there")
    (tmp_path / "study" / "out").symlink_to("..")
    (tmp_path / "study" / "loop").symlink_to("loop")
    assert inside(tmp_path / "study", "within", "x").name == "x"
    assert not inside(tmp_path / "study", "loop").exists()
    with pytest.raises(Refused, match="leads out"):
        inside(tmp_path / "study", "out", "x")


@pytest.mark.parametrize(
    ("verb", "name"), [("run", "../../x"), ("run", ".."), ("explain", "/tmp/x"), ("diff", "nul"), ("run", "x" * 250)]
)
def test_the_name_of_a_scenario_leads_nowhere(verb: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["with={levers.staff_team:1}"] if verb == "diff" else []
    assert "name" in refused([verb, "months=2", f"name='{name}'", *more], capsys)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    "asked",
    [
        "run scenario=../../x", "run board=../x", "run place=../x", "run calendar=../x", "run +experiment=../../x",
        "patterns of=../../x", "compare scenarios=[../../x,baseline_lsp]", "run case=../../x",
    ],
)  # fmt: skip
def test_the_name_of_a_choice_leads_nowhere(asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("../x.yaml").write_text("# @package _global_\nname: x\n", "utf-8")
    refused(asked.split(), capsys)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("id", ["../../evil", "/tmp/evil", "a/b", "", "x" * 300])
def test_the_id_of_a_chunk_leads_nowhere(id: str, received: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replanned(lambda plan: plan["chunks"][1].update(id=id))
    before = outside(received)
    shutil.rmtree("s/chunks")
    assert "not named by a hash" in refused(["sweep", "study=s"], capsys)
    assert "not named by a hash" in refused(["sweep", "study=s", "status=true"], capsys)
    assert outside(received) == before


@pytest.mark.parametrize("path", ["../../evil.txt", "/etc/hostname", "a/../../b", ""])
def test_a_path_that_a_record_states_leads_nowhere(
    path: str, received: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = {"path": path, "sha256": "0" * 64, "bytes": 1}
    remanifested("r", files=[listed])
    for words in (["rerun", "r"], ["archive", "r"], ["methods", "from=r"]):
        assert "is not allowed: it names a file" in refused(words, capsys)
    replanned(lambda plan: plan["files"].update({path: "0" * 64}))
    assert "is not allowed: it names a file" in refused(["sweep", "study=s"], capsys)
    if path.startswith(("a", ".")):
        shutil.copy("r2/manifest.json", "r/manifest.json")
        remanifested("r", own_files=[listed])
        refused(["archive", "r"], capsys)


def test_an_archive_holds_nothing_that_a_link_leads_to(received: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("../secret.csv").write_text("secret\n", "utf-8")
    Path("r/extra.csv").symlink_to("../../secret.csv")
    assert "leads out" in refused(["archive", "r"], capsys)
    assert not Path("r.zip").exists()


def test_chunks_are_not_written_where_a_link_leads(received: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree("s/chunks")
    Path("../elsewhere").mkdir()
    Path("s/chunks").symlink_to("../../elsewhere")
    assert "leads out" in refused(["sweep", "study=s"], capsys)
    assert list(Path("../elsewhere").iterdir()) == []


# ---------------------------------------------------------------------- YAML

LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMBS: dict[str, tuple[str, str]] = {
    "aliases of aliases": (LAUGHS, "holds too much"),
    "an alias within itself": ("a: &a [*a]\n", "stands within what it stands for"),
    "merged into itself": ("a: &a\n  <<: *a\n", "stands within what it stands for"),
    "nested in brackets": (f"a: {'[' * 90_000}", "nested more than"),
    "nested in braces": (f"a: {'{b: ' * 30_000}", "nested more than"),
    "much too long": (f"a: {'x' * 300_000}", "at most|more than"),
    "many values": (f"a: [{'1,' * 90_000}]", "holds too much"),
    "a list": ("- 1\n", "takes settings"),
    "a word": ("word\n", "takes settings"),
    "two documents": ("a: 1\n---\nb: 2\n", "another document"),
    "not closed": ("a: {b\n", "line"),
    "code": ("a: !!python/object/apply:os.system [touch ran]\n", "tag|cannot be read"),
    "a number without end": (f"a: {'9' * 5_000}\n", "digits|cannot be read"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_yaml_is_read_within_bounds(bomb: str) -> None:
    """By the reader of settings, and by that of a place, which keeps the line of each."""
    text, said = BOMBS[bomb]
    path = Path("mine.yaml")
    path.write_text(text, "utf-8")
    begun = time.process_time()
    with pytest.raises(Refused, match=said) as error:
        read_yaml(path)
    problems: list[Problem] = []
    read_settings(path, problems)
    assert time.process_time() - begun < SECONDS
    assert len(problems) == (bomb != "code")  # that of a place builds nothing of what a tag says, and reads the list
    for line in map(str, (error.value, *problems)):
        assert line.startswith("mine.yaml")
        assert not CLASS_OF_PYTHON.search(line)
    assert not Path("ran").exists()


@pytest.mark.slow
def test_every_command_reads_yaml_within_bounds(capsys: pytest.CaptureFixture[str]) -> None:
    text, said = BOMBS["aliases of aliases"]
    assert main(["new", "case=k"]) == 0
    own_scenario("scenario/mine", text)
    own_scenario("experiment/mine", text)
    for name in ("k/place.yaml", "mine.yaml"):
        Path(name).write_text(text, "utf-8")
    reads = [["run", "--config-dir", "own", "scenario=mine"], ["run", "case=k"], ["patterns", "of=mine.yaml"]]
    reads += [["optimise", "objectives=mine.yaml"], ["sweep", "study=s", "--config-dir", "own", "+experiment=mine"]]
    for words in reads:
        line = refused(words, capsys)
        assert re.search(said, line), line
        assert ".yaml" in line


def own_scenario(name: str, text: str) -> None:
    path = Path("own", f"{name}.yaml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


WIDE = {f"scenario/d{n}": f"defaults: [d{n + 1}@x, d{n + 1}@y, d{n + 1}@z]\n" for n in range(30)}
STARTS = "{_target_: os.system, command: touch ran}"
DOUBLED = ", ".join(f"a{n + 1}: '${{own.a{n}}}${{own.a{n}}}'" for n in range(40))
UNFIT: dict[str, tuple[dict[str, str], str]] = {
    "itself": ({"scenario/mine": "defaults: [mine]\n"}, "in a circle"),
    "by another": ({"scenario/mine": "defaults: [b]\n", "scenario/b": "defaults: [mine]\n"}, "in a circle"),
    "by another group": (
        {"scenario/mine": "defaults: [/board: x]\n", "board/x": "defaults: [/scenario@q: mine]\n"}, "in a circle",
    ),
    "ever more files": ({"scenario/mine": "defaults: [d0]\n", **WIDE}, "more than 200 files"),
    "out of the folder": ({"scenario/mine": "defaults: [../../../x]\n"}, "is not allowed"),
    "no list": ({"scenario/mine": "defaults: 5\n"}, "it takes a list"),
    "what Hydra starts": ({"scenario/mine": f"hydra: {{callbacks: {{x: {STARTS}}}}}\n"}, "sets up Hydra"),
    "by a package": (
        {"scenario/mine": "defaults: [/board@hydra.callbacks: y]\n", "board/y": f"x: {STARTS}\n"}, "sets up Hydra",
    ),
    "by its log": (
        {"scenario/mine": "hydra: {job_logging: {version: 1, handlers: {h: {(): os.getcwd}}}}\n"}, "sets up Hydra",
    ),
    "the environment": ({"scenario/mine": "description: ${oc.env:HOME}\n"}, "takes the name of a setting"),
    "doubled and doubled": ({"scenario/mine": f"own: {{a0: xxxxxxxx, {DOUBLED}}}\n"}, "at most 16"),
}  # fmt: skip


@pytest.mark.parametrize("unfit", UNFIT)
def test_a_file_of_ones_own_is_settings_and_nothing_else(unfit: str, capsys: pytest.CaptureFixture[str]) -> None:
    files, said = UNFIT[unfit]
    for name, text in files.items():
        own_scenario(name, f"# @package _global_\n{text}" if name.startswith("scenario") else text)
    line = refused(["run", "--config-dir", "own", "scenario=mine", "months=2"], capsys)
    assert said in line
    assert "mine.yaml" in line or "board/y.yaml" in line
    assert not Path("ran").exists()
    with pytest.raises(ScenarioError, match=re.escape(said)):
        load_scenario("mine", config_dir="own")


def test_links_that_go_in_circles_do_not_matter() -> None:
    own_scenario("scenario/mine", "# @package _global_\nname: mine\n")
    Path("own/scenario/loop").symlink_to(Path.cwd() / "own")
    Path("own/scenario/endless.yaml").symlink_to("endless.yaml")
    assert load_scenario("mine", config_dir="own").name == "mine"


def test_files_that_build_on_others_still_do() -> None:
    own_scenario("scenario/base", "# @package _global_\nlevers: {initiatives: 7.0}\n")
    text = (
        "# @package _global_\ndefaults: [base, _self_]\nname: mine\nmonths: &m 20\ndescription: for ${months} months\n"
    )
    own_scenario("scenario/mine", text)
    scenario = load_scenario("mine", config_dir="own")
    assert (scenario.levers.initiatives, scenario.months, scenario.description) == (7.0, 20, "for 20 months")


# ---------------------------------------------------------------------- JSON and tables

SHAPES: dict[str, bytes] = {
    "list": b"[]", "object": b"{}", "null": b"null", "number": b"1", "text": b'"x"', "nan": b"NaN", "empty": b"",
    "deep": b"[" * 100_000, "deep objects": b'{"a":' * 100_000, "bytes": bytes(range(256)), "half": b'{"command": ["p',
}  # fmt: skip

OPENED: dict[str, list[list[str]]] = {
    "r": [["rerun", "r"], ["archive", "r"], ["methods", "from=r"], ["report", "from=r"], ["diff", "runs=[r,r2]"]],
    "c": [["rerun", "c"], ["archive", "c"], ["methods", "from=c"], ["report", "from=c"]],
    "s": [["rerun", "s"], ["archive", "s"], ["methods", "from=s"], ["report", "from=s"]],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_json_of_any_shape_is_refused(shape: str, received: Path) -> None:
    Path("r/manifest.json").write_bytes(SHAPES[shape])
    Path("s/plan.json").write_bytes(SHAPES[shape])
    begun = time.process_time()
    with pytest.raises(Refused, match="not as partnerships wrote it") as manifest:
        read_manifest(Path("r"))
    with pytest.raises(Refused, match="no readable plan") as plan:
        plans.open_study(Path("s"))
    assert time.process_time() - begun < SECONDS
    assert not CLASS_OF_PYTHON.search(f"{manifest.value} {plan.value}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[]", "it takes settings"),
        (b"[1,2", "it ends too early, in line 1"),
        (b'{"a": 1,}', "it is no JSON from line 1, character 9, on"),
        (b'{"a": 1}', "command: it is missing"),
        (b'{"command": 5}', "command: it takes a list"),
    ],
)
def test_what_is_wrong_with_json_is_said_in_plain_words(content: bytes, said: str) -> None:
    Path("r").mkdir()
    Path("r/manifest.json").write_bytes(content)
    with pytest.raises(Refused) as error:
        read_manifest(Path("r"))
    assert f"not as partnerships wrote it: {said}" in str(error.value)
    assert not CLASS_OF_PYTHON.search(str(error.value))


@pytest.mark.parametrize("shape", [pytest.param("list", marks=pytest.mark.slow), "deep"])
def test_every_command_refuses_a_manifest_of_another_shape(
    shape: str, received: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder, verbs in OPENED.items():
        Path(folder, "manifest.json").write_bytes(SHAPES[shape])
        for words in verbs:
            assert "not as partnerships wrote it" in refused(words, capsys)
    assert main(["sweep", "study=s"]) == 0  # which makes its manifest again
    assert json.loads(Path("s/manifest.json").read_text("utf-8"))["command"]
    Path("s/plan.json").write_bytes(SHAPES[shape])
    for words in (["sweep", "study=s"], ["sweep", "study=s", "status=true"], ["discover", "study=s", "regime=hollow"]):
        assert "no readable plan" in refused(words, capsys)


@pytest.mark.parametrize("field", ["command", pytest.param("settings", marks=pytest.mark.slow), "scenarios"])
def test_a_manifest_with_a_part_of_another_shape_says_so(
    field: str, received: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Or the part is not what the command reads."""
    for value in ({"a": {}, "remarks": 1}, [{}]):
        remanifested("r", **{field: value})
        for words in (["rerun", "r"], ["archive", "r"], ["methods", "from=r", "output=out", "overwrite=true"]):
            capsys.readouterr()
            code = main(words)
            line = capsys.readouterr().err.strip()
            assert (code, line.count("\n")) in ((0, 0), (2, 0))
            assert not CLASS_OF_PYTHON.search(line)
            Path("r.zip").unlink(missing_ok=True)
        shutil.copy("r2/manifest.json", "r/manifest.json")


@pytest.mark.parametrize(
    "path",
    ["settings", "made_by", "files", "chunks", "settings.scenarios", "settings.replicates", "settings.trajectories"],
)
def test_a_plan_with_a_part_of_another_shape_is_refused(path: str, received: Path) -> None:
    whole = Path("s/plan.json").read_bytes()
    *above, last = path.split(".")
    for value in ({}, "x", 0, [1], {"a": {}}, [{}]):
        plan = json.loads(whole)
        (plan[above[0]] if above else plan)[last] = value
        Path("s/plan.json").write_text(json.dumps(plan), "utf-8")
        with pytest.raises(Refused) as error:
            plans.open_study(Path("s"))
        assert "\n" not in str(error.value)
        assert not CLASS_OF_PYTHON.search(str(error.value))


@pytest.mark.parametrize("shape", ["object", "deep"])
def test_a_receipt_of_any_shape_is_made_again(shape: str, received: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("s/runs.parquet").read_bytes()
    next(Path("s/chunks").glob("*.json")).write_bytes(SHAPES[shape])
    assert main(["sweep", "study=s"]) == 0
    assert "is computed again" in capsys.readouterr().err
    assert Path("s/runs.parquet").read_bytes() == before


@pytest.mark.parametrize("damage", [pytest.param("cut", marks=pytest.mark.slow), "other"])
def test_damaged_results_of_a_study_are_named_and_made_again(
    damage: str, received: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("s/runs.parquet")
    before = path.read_bytes()
    if damage == "other":
        pd.DataFrame({"a": [1]}).to_parquet(path)
    else:
        path.write_bytes(before[: len(before) // 2])
    asked = ["discover", "study=s", "regime=hollow", "in_scenario=baseline_lsp"]
    assert "partnerships sweep study=" in refused(asked, capsys)
    assert main(["sweep", "study=s"]) == 0
    assert path.read_bytes() == before


@pytest.mark.slow
def test_a_folder_where_a_table_of_a_study_belongs_is_refused_with_the_cure(
    received: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All chunks are there, so no run is said to be left."""
    path = Path("s/runs.parquet")
    before = path.read_bytes()
    path.unlink()
    asked = ["discover", "study=s", "regime=hollow", "in_scenario=baseline_lsp"]
    assert "is not finished (its results are not put together)" in refused(asked, capsys)
    path.mkdir()
    assert "runs.parquet cannot be read: it is missing, or no file; take it away, and partnerships sweep study=" in (
        refused(asked, capsys)
    )
    line = refused(["sweep", "study=s"], capsys)
    assert line.endswith("runs.parquet': Is a directory: it has to be a file, so take away what is there")
    path.rmdir()
    assert main(["sweep", "study=s"]) == 0
    assert path.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["draws.parquet", "runs.parquet", "manifest.json", "a chunk"])
@pytest.mark.parametrize("kind", ["folder", "link to itself"])
def test_what_is_no_file_is_refused_or_made_again(
    name: str, kind: str, received: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("s", name) if name != "a chunk" else next(Path("s/chunks").glob("*.runs.parquet"))
    path.unlink()
    path.mkdir() if kind == "folder" else path.symlink_to(path.name)
    for words in (["methods", "from=s"], ["sweep", "study=s", "status=true"], ["sweep", "study=s"]):
        capsys.readouterr()
        code, said = main(words), capsys.readouterr().err
        assert code in (0, 2)
        assert not CLASS_OF_PYTHON.search(said), said


def test_a_table_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    import pyarrow as pa

    path = tmp_path / "bomb.parquet"
    column = pa.table({"a": pa.array([1.0]).take(pa.array([0] * 1_000_000))})
    with pq.ParquetWriter(path, column.schema, compression="zstd") as writer:
        for _ in range(150):
            writer.write_table(column)
    with pytest.raises(Refused, match="unpacks to over"):
        read_parquet(path)


# ---------------------------------------------------------------------- chunks


def files_of(id: str) -> list[Path]:
    return sorted(Path("s/chunks").glob(f"{id}.*"))


@pytest.mark.parametrize("done", ["moved", "doubled", "doubled and the receipt of old", "left out", "all left out"])
def test_chunks_that_are_not_theirs_are_computed_again(
    done: str, received: Path, computed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Same draws and replicates of another scenario: only the receipt tells them apart."""
    before = Path("s/runs.parquet").read_bytes()
    first, second = (chunk.id for chunk in plans.open_study(Path("s")).chunks[1:3])
    expected = [second]
    if done == "left out":
        for path in files_of(second):
            path.unlink()
    elif done == "all left out":
        shutil.rmtree("s/chunks")
        expected = [chunk.id for chunk in plans.open_study(Path("s")).chunks]
    else:
        for path in files_of(first):
            shutil.copy(path, path.with_name(path.name.replace(first, second)))
            if done == "moved":
                path.unlink()
                expected = [first, second]
        if done.endswith("old"):
            receipt = Path(f"s/chunks/{second}.json")
            old = json.loads(receipt.read_text("utf-8"))
            receipt.write_text(json.dumps({name: old[name] for name in ("sha256", "failed")}), "utf-8")
            assert "give the same command again" in refused(["sweep", "study=s"], capsys)
    assert main(["sweep", "study=s"]) == 0
    assert sorted(computed) == sorted(expected)
    assert Path("s/runs.parquet").read_bytes() == before


@pytest.mark.parametrize("change", ["doubled", "left out", "longer", "of another scenario", "same id"])
def test_a_plan_with_other_chunks_is_refused(change: str, received: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def changed(plan: dict[str, Any]) -> None:
        chunks = plan["chunks"]
        if change == "doubled":
            chunks.append(chunks[0])
        elif change == "left out":
            del chunks[1]
        elif change == "longer":
            chunks[-1]["draws"] = 1_000_000_000
        elif change == "same id":
            chunks[1]["id"] = chunks[0]["id"]
        else:
            chunks[0]["scenario"] = "growth_coalition"

    replanned(changed)
    assert "doubled, left out" in refused(["sweep", "study=s"], capsys)


# ---------------------------------------------------------------------- code


@pytest.fixture
def evil() -> str:
    Path("evil.py").write_text(EVIL, "utf-8")
    return str(Path("evil.py").resolve())


def test_a_study_runs_no_code_that_nobody_named(received: Path, evil: str, capsys: pytest.CaptureFixture[str]) -> None:
    def changed(plan: dict[str, Any]) -> None:
        for scenario in plan["settings"]["scenarios"].values():
            scenario["extension"] = evil

    replanned(changed)
    asked = [["sweep", "study=s"], ["sweep", "study=s", "status=true"], ["discover", "study=s", "regime=hollow"]]
    asked += [["sensitivity", "study=s"], ["phase", "study=s"], ["sweep", "study=s", "extension=sim.nulls.no_ties"]]
    for words in asked:
        assert f"extension={evil}" in refused(words, capsys)
    assert not Path("ran").exists()
    refused(["sweep", "study=s", "extension=evil.py"], capsys)  # it has no month
    assert Path("ran").exists()


def test_results_run_no_code_that_nobody_named(received: Path, evil: str, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("r", "c"):
        held = json.loads(Path(folder, "manifest.json").read_text("utf-8"))["scenarios"]
        words = ["partnerships", "run", f"extension={evil}"]
        remanifested(folder, scenarios={name: one | {"extension": evil} for name, one in held.items()}, command=words)
    remanifested("c", command=["partnerships", "compare", f"extension={evil}"])
    for words in (["diff", "runs=[r,r2]"], ["report", "from=c"]):
        assert f"extension={evil}" in refused(words, capsys)
    assert f"rerun --extension {evil}" in refused(["rerun", "r"], capsys)
    assert main(["methods", "from=r"]) == 0
    assert main(["archive", "c"]) == 0
    assert not Path("ran").exists()


def test_settings_and_patterns_run_no_code_that_nobody_named(evil: str, capsys: pytest.CaptureFixture[str]) -> None:
    own_scenario("scenario/mine", f"# @package _global_\nname: mine\nextension: {evil}\n")
    asked = ["--config-dir", "own", "months=2"]
    assert "extension" in refused(["run", "scenario=mine", *asked], capsys)
    assert "extension" in refused(["compare", "scenarios=[mine,baseline_lsp]", *asked], capsys)
    with pytest.raises(ScenarioError, match="names extension"):
        load_scenario("mine", config_dir="own")
    pattern = "{id: X1, experiments: [a], says: x, measure: trust}"
    experiments = f"{{a: {{scenario: baseline_lsp, overrides: ['extension={evil}']}}}}"
    Path("mine.yaml").write_text(f"experiments: {experiments}\npatterns: [{pattern}]\n", "utf-8")
    assert "extension" in refused(["patterns", "of=mine.yaml"], capsys)
    assert not Path("ran").exists()
    refused(["run", "scenario=mine", *asked, "extension=evil.py"], capsys)
    assert Path("ran").exists()


@pytest.mark.parametrize(
    "command",
    [
        ["run", "+hydra.callbacks.x._target_=os.system"],
        ["run", "hydra/launcher=x"],
        ["run", "--info"],
        ["run", "--multirun", "seed=1,2"],
        ["new", "case=../../written"],
        ["app", "port=0"],
        ["rerun", "r"],
        ["archive", "r", "--output", "../../written.zip"],
        ["diff", "with={extension:evil.py}"],
        ["compare", "+extension='evil.py'"],
        ["nonsense"],
    ],
)
def test_rerun_gives_no_command_that_is_more_than_a_run(
    command: list[str], received: Path, evil: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.verbs.rerun.give", lambda *_: pytest.fail("it was given"))
    remanifested("r", command=["partnerships", *command])
    before = outside(received)
    refused(["rerun", "r"], capsys)
    assert outside(received) == before
    assert not Path("ran").exists()


def test_rerun_writes_a_study_nowhere_else(received: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of results that do not tell of the study that they were read off."""
    given: list[str] = []
    monkeypatch.setattr("experiments.verbs.rerun.give", lambda words, _: given.extend(words))
    remanifested("r", command=["partnerships", "phase", "study=/somebody/elses", "output=x", "progress=/a"])
    main(["rerun", "r"])
    (study,) = (word for word in given if word.startswith("study="))
    assert Path(study.partition("=")[2]).is_relative_to(received)


def test_nothing_that_is_received_is_unpickled() -> None:
    """The one pickle is the compiler's own, beside the code; the one loader of YAML makes plain values."""
    root = Path(store.__file__).parents[2]
    found = [
        path.relative_to(root).as_posix()
        for folder in ("sim", "experiments", "analysis")
        for path in sorted((root / folder).rglob("*.py"))
        if re.search(
            r"\bpickle\.load|joblib\.load|allow_pickle|read_pickle|yaml\.(unsafe_)?load\b", path.read_text("utf-8")
        )
    ]
    assert found == ["sim/lanes/keeping.py", "experiments/own_yaml.py"]
    assert issubclass(own_yaml._Loader, yaml.SafeLoader)


def test_names_hold_in_turn(evil: str) -> None:
    """What one command named, the next did not."""
    with naming(["evil.py"]):
        pass
    own_scenario("scenario/mine", f"# @package _global_\nname: mine\nextension: {evil}\n")
    with pytest.raises(ScenarioError, match="names extension"):
        load_scenario("mine", config_dir="own")


def test_a_file_without_settings_is_read_as_none(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("# nothing yet\n", "utf-8")
    assert read_yaml(tmp_path / "x.yaml") == {}
