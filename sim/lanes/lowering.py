"""What the compiler is told of loops: no run touches what is another's, and short loops in a step are written out.

A step reads and writes numbers of the run at hand alone. The compiler cannot see that from addresses, and where it
cannot it works on one run after another. So it is told, as by the pragmas of other languages: every access to memory
in a loop over runs belongs to a group, and the loop says that accesses of that group do not depend on another round of
it. A loop in a step over a fixed number of things, such as themes, is written out: what is left is the loop over runs.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from llvmlite.ir import FunctionType, MetaDataString, MetaDataType, VoidType
from llvmlite.ir.instructions import CallInstr, LoadInstr, StoreInstr
from llvmlite.ir.values import MDValue
from numba.core import cgutils, ir
from numba.core.analysis import compute_cfg_from_blocks
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import register_pass
from numba.core.ir_utils import find_const, get_definition, guard
from numba.core.lowering import Lower
from numba.core.typed_passes import BaseNativeLowering, NativeLowering

from sim.lanes.libraries import PartOfOthers, PutTogether, Rounds, Stage

RUN, GROUPED = "run", "lane"
"""Names of what counts runs in compiled loops: those of a block, in the innermost loop, and those of a group."""


class _Distinct(MDValue):
    """A word to the compiler that is not the same as another that looks like it."""

    def descr(self, buf: Any) -> None:
        within = ", ".join(operand.get_reference() for operand in self.operands)
        buf += (f"distinct !{{ {within} }}", "\n")


def _distinct(module: Any) -> Any:
    return _Distinct(module, (), name=str(len(module.metadata)))


class _Loops(Lower):
    """Numba's way from its own form of a function to that of LLVM, on which something is said of loops."""

    def lower_function_body(self) -> Any:
        self.became: dict[int, list[Any]] = {}
        entry = super().lower_function_body()
        loops = compute_cfg_from_blocks(self.blocks).loops()
        for header, loop in loops.items():
            within = [other.body for begin, other in loops.items() if begin != header and begin in loop.body]
            self.see_loop(header, loop.body, own=set(loop.body).difference(*within))
        return entry

    def lower_block(self, block: Any) -> None:
        begin, before = self.builder.basic_block, len(self.function.blocks)
        super().lower_block(block)
        number = next(number for number, each in self.blocks.items() if each is block)
        self.became[number] = [begin, *self.function.blocks[before:]]

    def see_loop(self, header: int, body: Collection[int], *, own: Collection[int]) -> None:
        """Say what there is to say of a loop: the number of its first block, of all, and of those in no other loop."""

    def blocks_of(self, body: Collection[int]) -> list[Any]:
        return [block for number in body for block in self.became[number]]

    def say(self, header: int, body: Collection[int], *said: tuple[Any, ...]) -> None:
        """Say something of a loop, in every place where it begins anew."""
        loop = _distinct(self.module)
        loop.operands = (loop, *(self._words(*each) for each in said))
        for end in self.ends_of(header, body):
            end.set_metadata("llvm.loop", loop)

    def _words(self, word: str, *more: Any) -> Any:
        return self.module.add_metadata([MetaDataString(self.module, f"llvm.loop.{word}"), *more])

    def ends_of(self, header: int, body: Collection[int]) -> list[Any]:
        """Return the jumps back to where a loop begins."""
        ends = [block.terminator for block in self.blocks_of(body)]
        return [end for end in ends if self.blkmap[header] in getattr(end, "operands", ())]


class _LoopsOverRuns(_Loops):
    """Says of loops over runs that runs do not depend on each other."""

    def see_loop(self, header: int, body: Collection[int], *, own: Collection[int]) -> None:
        counted = {name for number in own for name in _assigned(self.blocks[number])}
        is_innermost = set(own) == set(body)
        if not (GROUPED in counted or (RUN in counted and is_innermost)):
            return
        group = _distinct(self.module)
        for block in self.blocks_of(body):
            for instruction in block.instructions:
                if isinstance(instruction, CallInstr | LoadInstr | StoreInstr):
                    instruction.set_metadata("llvm.access.group", group)
        self.say(header, body, ("parallel_accesses", group), ("unroll.disable",))


def _assigned(block: Any) -> list[str]:
    """Return the names of the variables that a block gives a value."""
    return [each.target.unversioned_name for each in block.body if isinstance(each, ir.Assign)]


class _LoopsWrittenOut(_Loops):
    """Asks for loops over a fixed number of things to be written out."""

    def see_loop(self, header: int, body: Collection[int], *, own: Collection[int]) -> None:
        if guard(self._is_over_fixed_range, own):
            # An empty last block would be melted into others, and what is said at its end be lost.
            for end in self.ends_of(header, body):
                self.builder.position_before(end)
                self._do_nothing()
            self.say(header, body, ("unroll.full",))

    def _is_over_fixed_range(self, own: Collection[int]) -> bool:
        for begin in (each for number in own for each in self.blocks[number].find_exprs("iternext")):
            iterator = get_definition(self.func_ir, begin.value)
            counted = get_definition(self.func_ir, iterator.value)
            return counted.op == "call" and all(self._is_fixed(end) for end in counted.args)
        return False

    def _is_fixed(self, end: Any) -> bool:
        """Return whether the compiler knows a number: a constant, or how many numbers a row has."""
        found = get_definition(self.func_ir, end)
        if isinstance(found, ir.Expr) and found.op == "call" and len(found.args) == 1:
            return hasattr(self.typeof(found.args[0].name), "count")
        return isinstance(find_const(self.func_ir, end), int)

    def _do_nothing(self) -> None:
        """Do something of which nothing is left in the end."""
        kind = FunctionType(VoidType(), [MetaDataType()])
        nothing = cgutils.get_or_insert_function(self.module, kind, "llvm.experimental.noalias.scope.decl")
        domain = self.module.add_metadata(["nothing"])
        self.builder.call(nothing, [self.module.add_metadata([self.module.add_metadata(["nothing", domain])])])


# ---------------------------------------------------------------------- compilers


def _compiler(becomes: type, lowering: type = Lower, *, noalias: bool = False) -> type[Compiler]:
    """Return Numba's compiler for functions that become code of a kind (``sim/lanes/libraries.py``).

    ``lowering`` is the way from Numba's own form to that of LLVM. With ``noalias`` the compiler is told that places
    that a function is given do not overlap: it would otherwise compare addresses before every loop, or not vectorise.
    """

    @register_pass(mutates_CFG=True, analysis_only=False)
    class Pass(BaseNativeLowering):
        _name: Any = f"{lowering.__name__} to {becomes.__name__}"
        lowering_class: Any = lowering

        def run_pass(self, state: Any) -> Any:
            if state.library is None:
                state.library = becomes(state.targetctx.codegen(), state.func_id.func_qualname)
                state.library.enable_object_caching()
            return super().run_pass(state)

    class Made(Compiler):
        def define_pipelines(self) -> Any:
            if noalias:
                self.state.flags.noalias = True
            pipelines = super().define_pipelines()
            for each in pipelines:
                each.passes = [(Pass if kind is NativeLowering else kind, says) for kind, says in each.passes]
                each.finalize()
            return pipelines

    return Made


PartCompiler, StageCompiler, RoundsCompiler, WholeCompiler = map(_compiler, (PartOfOthers, Stage, Rounds, PutTogether))
NoAliasCompiler = _compiler(Stage, _LoopsOverRuns, noalias=True)
"""For functions of which the compiler is told that runs do not depend on each other."""
WritingOutCompiler = _compiler(PartOfOthers, _LoopsWrittenOut)
"""For functions in which loops over a fixed number of things are written out."""
