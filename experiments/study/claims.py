"""Who is at work on what, where several processes share a study, also on machines that share its disk.

A claim is a hidden file that one process alone can create, and that its holder touches every few seconds. If it was
not touched for a minute, or its process has ended on this machine, it is void, and whoever wants the same creates the
claim of the next turn, which again one alone can. So nobody renames or deletes a claim that may be in use.

A holder that was only asleep for long goes on when it wakes: the same is then computed twice, to the same bytes.
"""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

from experiments.files import CLAIM, disk_time, has_ended, this_process

SECONDS_BETWEEN_TOUCHES = 10.0
SECONDS_TILL_VOID = 60.0
SECONDS_BETWEEN_LOOKS = 0.5

_PATIENCE = 3.0


@dataclasses.dataclass(frozen=True)
class Claim:
    """What a claim says of its holder; nothing if the holder has not written it yet."""

    process: str = ""
    words: str = "another process"
    id: str = ""


@contextmanager
def claimed(folder: Path, name: str) -> Iterator[bool]:
    """Give whether ``name`` could be claimed in ``folder``; if so, it is kept from others until the end.

    Raises OSError if the claim cannot be written.
    """
    claim = Claim(this_process(), f"process {os.getpid()} on {platform.node()}", uuid4().hex)
    void, path, held = _turns(folder, name)
    if held or not _created(path, claim):
        yield False
        return
    # If a void claim went meanwhile, whoever had taken over from it is through, and the first turn is free again.
    mine = all(_read(left) == found for left, found in void.items())
    ended = Event()
    try:
        if mine:
            Thread(target=_keep, args=(path, ended), daemon=True).start()
        yield mine
    finally:
        ended.set()
        if not mine:
            path.unlink(missing_ok=True)
        elif _read(path) == claim and not _turn(folder, name, len(void) + 1).exists():  # else another has taken over
            # The first turn first: so whoever looks meanwhile finds either this claim or a free first turn.
            for left in (*void, path):
                left.unlink(missing_ok=True)


@contextmanager
def in_turn(folder: Path, name: str, *, doing: str) -> Iterator[None]:
    """Wait until ``name`` can be claimed in ``folder``, and keep it until the end.

    What holders are ``doing`` is said to a person who has to wait for long.
    """
    waiting = Waiting()
    while True:
        with claimed(folder, name) as mine:
            if mine:
                yield
                return
        waiting.look_again(f"{holder(folder, name) or 'another process'} is {doing}")


class Waiting:
    """Waits for others, and says so once on standard error."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._said = False

    def look_again(self, why: str) -> None:
        """Return after a moment; say ``why`` if it has been long."""
        if not self._said and time.monotonic() - self._since > _PATIENCE:
            print(f"waiting: {why}", file=sys.stderr, flush=True)
            self._said = True
        time.sleep(SECONDS_BETWEEN_LOOKS)


def holder(folder: Path, name: str) -> str | None:
    """Return in words who holds the claim to ``name`` in ``folder``, or None if it is free."""
    _, _, held = _turns(folder, name)
    return held.words if held else None


def sweep_claims(folder: Path) -> None:
    """Delete the void claims in ``folder``, when nobody will claim there again."""
    for path in folder.glob(f".*{CLAIM}"):
        claim = _read(path)
        if claim and _is_void(path, claim):
            path.unlink(missing_ok=True)


def _turns(folder: Path, name: str) -> tuple[dict[Path, Claim], Path, Claim | None]:
    """Return the void claims to ``name``; then where the claim of the turn after them stands, and that claim if any."""
    void: dict[Path, Claim] = {}
    while True:
        path = _turn(folder, name, len(void))
        claim = _read(path)
        if claim is None or not _is_void(path, claim):
            return void, path, claim
        void[path] = claim


def _turn(folder: Path, name: str, turn: int) -> Path:
    return folder / f".{name}.{turn}{CLAIM}"


def _is_void(path: Path, claim: Claim) -> bool:
    if claim.process and has_ended(claim.process):
        return True
    try:
        with path.open("rb") as opened:  # opening asks the server of a shared disk for the time, stat may not
            touched = os.fstat(opened.fileno()).st_mtime
    except FileNotFoundError:
        return False
    return disk_time(path.parent) - touched > SECONDS_TILL_VOID


def _read(path: Path) -> Claim | None:
    try:
        return Claim(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except ValueError:  # it is being written
        return Claim()


def _created(path: Path, claim: Claim) -> bool:
    """Return whether this process could create a claim, as one alone can."""
    try:
        with path.open("x", encoding="utf-8") as written:
            written.write(json.dumps(dataclasses.asdict(claim)))
    except FileExistsError:
        return False
    except OSError:  # a full disk
        path.unlink(missing_ok=True)
        raise
    return True


def _keep(path: Path, ended: Event) -> None:
    while not ended.wait(SECONDS_BETWEEN_TOUCHES):
        with suppress(OSError):  # the disk is away for a moment, or another has taken over
            os.utime(path)
