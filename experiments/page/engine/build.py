"""Build the engine of the page: the month that Numba compiles for this machine, as WebAssembly for any browser.

    python -m experiments.page.engine.build

It writes ``month.wasm.gz`` beside this file, in two or three minutes, and takes the linker from the extra ``engine``.
The engine of a month of one's own (:func:`engine_of`) is built in the same way, and kept where its compiled month is.
The text that Numba hands to LLVM is given another target; what only Python needs falls away, and what is left imports
nothing: its one function ``run`` reads and writes the memory that it is given. It computes the same bits: additions,
multiplications, divisions and square roots alone, in the same order.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from analysis.shared.libraries import library
from experiments.files import replacing
from experiments.page.engine.module import MODULE, SOURCES, Engine, hash_of_sources, shipped
from sim import MONTH, ScenarioError
from sim.own import found_extension, load_month
from sim.sources import source_hash

FEATURES = "+mutable-globals,+sign-ext,+bulk-memory,+bulk-memory-opt,+nontrapping-fptoint,+multivalue,+simd128"
"""What every browser of the last years has."""

PLAIN = {
    "NUMBA_OPT": "0",
    "NUMBA_LOOP_VECTORIZE": "0",
    "NUMBA_SLP_VECTORIZE": "0",
    "NUMBA_CPU_NAME": "generic",
    "NUMBA_CPU_FEATURES": "",
}
"""Surroundings in which Numba makes a text that does not depend on the machine at hand."""

Told = Callable[[int], None]
"""Is told of every one of ``STEPS`` that is done."""

MOST_MEMORY = 2**30

STEPS = 3
"""The text of the month, its code, and that linked."""

_RUN_TIME = """
@room = internal global [4096 x i8] zeroinitializer, align 64
define internal ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 %align) {
  %data = getelementptr i8, ptr @room, i32 128
  store i64 1, ptr @room
  %dtor = getelementptr { i64, ptr, ptr, ptr, i64, ptr }, ptr @room, i32 0, i32 1
  store ptr null, ptr %dtor
  %at = getelementptr { i64, ptr, ptr, ptr, i64, ptr }, ptr @room, i32 0, i32 3
  store ptr %data, ptr %at
  ret ptr @room
}
"""
"""In place of Numba's run time: the one array that it is asked for, of the four words of a key."""

_NOTHING_IS_FREED = "define internal void @NRT_MemInfo_call_dtor(ptr %i) { ret void }"


def main() -> None:
    """Build the engine and say how large it is."""
    module = built()
    folder = Path(str(files("experiments").joinpath("page/engine")))
    content = gzip.compress(module, 9, mtime=0)
    (folder / MODULE).write_bytes(content)
    (folder / SOURCES).write_text(json.dumps({"sim": hash_of_sources()}) + "\n", "utf-8")
    print(f"{folder / MODULE}: {len(module):,} bytes, {len(content):,} compressed")


def built(extension: str = "", done: Told = lambda steps: None) -> bytes:
    """Return the module of the model's month or an extension's, built anew; ``done`` is told of each of ``STEPS``.

    Raises MissingLibrary without a linker, and :class:`sim.ScenarioError` for a month that no page can have.
    """
    _linker()
    with tempfile.TemporaryDirectory() as scratch:
        found = [found_extension(extension)] if extension else []
        # Another process, since Numba reads its settings once; modules are found there where they are found here.
        found_in = {"PYTHONPATH": os.pathsep.join(path or os.curdir for path in sys.path)}
        _run(["experiments.page.engine.build", "text", scratch, *found], env=os.environ | PLAIN | found_in)
        done(1)
        text = Path(scratch, "month.ll").read_text("utf-8")
        entry = Path(scratch, "entry.txt").read_text("utf-8")
        object_code = machine_code(for_the_page(text, entry))
        done(1)
        module = linked(object_code, Path(scratch))
        done(1)
        return module


def _linker() -> None:
    library("ziglang", purpose="building the engine of the page", extra="engine")


def _run(words: Sequence[str], env: Mapping[str, str] | None = None) -> None:
    """Run a module of Python in a process of its own; raise ScenarioError with its last line if it fails."""
    done = subprocess.run([sys.executable, "-m", *words], env=env, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        line = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        raise ScenarioError(f"the engine of the page cannot be built of this month: {line}")


# ---------------------------------------------------------------------- that of a month of one's own


def engine_of(
    extension: str, building: Callable[[], AbstractContextManager[Told]] = lambda: nullcontext(lambda steps: None)
) -> Engine:
    """Return the engine of an extension's month: as it was kept, or built now and kept.

    ``building`` shows how far it is, in ``STEPS``. It is kept in the folder of compiled months, by what it is made
    from: the month, the package and the versions that compile it. Raises MissingLibrary without a linker, and
    :class:`sim.ScenarioError` for what is no extension, or for a month that no page can have.
    """
    from sim.compiled import put_together

    month = load_month(extension)
    if not month.own_key:
        return shipped()
    source = hashlib.sha256(f"{source_hash('sim', 'experiments.page.engine')} {month.own_key}".encode()).hexdigest()
    kept = put_together(month).kept
    file = None if kept.folder is None else kept.folder / f"page-{source[:32]}.wasm.gz"
    if file is not None:
        with suppress(OSError, EOFError, zlib.error):
            content = file.read_bytes()
            gzip.decompress(content)
            with suppress(OSError):
                file.touch()  # or it would count as the oldest, however often it is used
            return Engine(content, source)
    _linker()
    with building() as done:
        content = gzip.compress(built(extension, done), 9, mtime=0)
    if file is not None:
        with suppress(OSError), replacing(file) as partial:
            partial.write_bytes(content)
        with suppress(OSError):
            kept.keep_newest("page-*.wasm.gz")
    return Engine(content, source)


# ---------------------------------------------------------------------- the text of the month


def write_text(folder: Path, extension: str = "") -> None:
    """Write what Numba makes of a month, and the name of its first function; in surroundings that are PLAIN."""
    from sim.portable import month_as_text

    text, entry = month_as_text(load_month(extension) if extension else MONTH)
    folder.joinpath("month.ll").write_text(text, "utf-8")
    folder.joinpath("entry.txt").write_text(entry, "utf-8")


def for_the_page(text: str, entry: str) -> str:
    """Return the text with short names, without what only Python needs, and with ``run`` as the way in."""
    names: dict[str, str] = {}

    def short(match: re.Match[str]) -> str:
        return "@" + names.setdefault(match[1], f"f{len(names)}")

    text = re.sub(r"@((?:cfunc\.|\.const\.missing Environment: )?_ZN[\w.$]+)", short, text)
    text = _without_wrappers(text, {of for name, of in names.items() if name.startswith("cfunc.")})
    # Addresses within the process that wrote the text: only wrappers follow them.
    text = re.sub(r"inttoptr \(i64 \d{9,} to ptr\)", "null", text)
    # Only the way in is seen from outside; the rest may be melted into it.
    text = re.sub(r"^define (?:linkonce_odr )?", "define internal ", text, flags=re.M)
    text = re.sub(
        r"^(@\S+ = )(?:linkonce|common|external) global ptr .*$", r"\1internal global ptr null", text, flags=re.M
    )
    text = text.replace("@sqrt(", "@llvm.sqrt.f64(")
    text = re.sub(r'"target-(cpu|features)"="[^"]*" ?', "", text)
    text = text.replace("declare noalias ptr @NRT_MemInfo_alloc_aligned(i64, i32)", _RUN_TIME)
    text = text.replace("declare void @NRT_MemInfo_call_dtor(ptr)", _NOTHING_IS_FREED)
    return f"{text}\n{_way_in(text, names[entry])}\n"


def _without_wrappers(text: str, wrappers: set[str]) -> str:
    kept, skipping = [], False
    for line in text.split("\n"):
        if line.startswith("define"):
            named = re.search(r"@([^\s(]+)\(", line)
            skipping = "ptr %py_closure" in line or (named is not None and named[1] in wrappers)
        if not skipping:
            kept.append(line)
        skipping = skipping and line != "}"
    return "\n".join(kept)


def _way_in(text: str, entry: str) -> str:
    """Return ``run(slots)``: one slot of eight bytes an argument, at the address that it is given."""
    head = re.search(rf"^define internal i32 @{entry}\((.*)\) \{{$", text, flags=re.M)
    assert head is not None
    kinds = [argument.split()[0] for argument in head[1].split(",")][2:]
    lines = ["define i32 @run(ptr %slots) #77 {", "  %ret = alloca i64", "  %exc = alloca ptr"]
    for k, kind in enumerate(kinds):
        lines += [f"  %p{k} = getelementptr i8, ptr %slots, i32 {8 * k}", f"  %v{k} = load {kind}, ptr %p{k}"]
    values = ", ".join(f"{kind} %v{k}" for k, kind in enumerate(kinds))
    lines += [f"  %r = call i32 @{entry}(ptr %ret, ptr %exc, {values})", "  ret i32 %r", "}"]
    return "\n".join([*lines, 'attributes #77 = { "wasm-export-name"="run" }'])


# ---------------------------------------------------------------------- from text to module


def machine_code(text: str) -> bytes:
    """Return the text compiled for browsers, not yet linked. Raises ScenarioError if it asks for what no page has."""
    import llvmlite.binding as llvm

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple("wasm32-unknown-unknown")
    machine: Any = target.create_target_machine(opt=3, features=FEATURES, reloc="static", codemodel="default")
    text = re.sub(r'target datalayout = ".*"', f'target datalayout = "{machine.target_data}"', text)
    text = re.sub(r'target triple = ".*"', f'target triple = "{target.triple}"', text)
    module = llvm.parse_assembly(text)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    asked = [each.name for each in module.functions if each.is_declaration and not each.name.startswith("llvm.")]
    if asked:
        raise _lacking(asked)
    code: bytes = machine.emit_object(module)
    return code


def linked(object_code: bytes, scratch: Path) -> bytes:
    """Return the module with its own memory, by the linker of the extra ``engine``; raise ScenarioError as before."""
    before, after = scratch / "month.o", scratch / "month.wasm"
    before.write_bytes(object_code)
    asked = [
        "--no-entry",
        "--export=run",
        "--export=__heap_base",
        "--gc-sections",
        "--strip-all",
        "-z",
        "stack-size=1048576",
    ]
    room = ["--initial-memory=33554432", f"--max-memory={MOST_MEMORY}"]
    try:
        _run(["ziglang", "wasm-ld", *asked, *room, str(before), "-o", str(after)])
    except ScenarioError as error:
        lacking = re.findall(r"undefined symbol: (\S+)", str(error))
        raise _lacking(lacking) if lacking else error from None
    return after.read_bytes()


def _lacking(names: Sequence[str]) -> ScenarioError:
    return ScenarioError(
        f"the month needs {', '.join(names)}, which no page has: take what is in sim.rules.mathematics instead"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["text"]:
        try:
            write_text(Path(sys.argv[2]), *sys.argv[3:])
        except ScenarioError as error:
            sys.exit(str(error))
    else:
        main()
