"""Files and names that come from others: what becomes a path, what is read and how much of it, and what is written.

A text becomes a path by :func:`inside` alone. YAML, JSON and Parquet are read by one function each, which bounds what a
file can ask of the machine and says in one line what is wrong with it. What is written is complete or not there.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from glob import escape
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any
from uuid import getnode, uuid4

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 10_000_000
"""Bytes of a file that a person wrote, at most."""

PARTIAL = ".partial"
"""How the name of a file ends that is being written."""
ANY_PROCESS = f"{'[0-9a-f]' * 12}-*"
"""In a glob pattern, the process that something unfinished is named after."""
_PROCESS = re.compile(r"[0-9a-f]{12}-\d+")

MOST_BYTES_OF_A_NAME = 200
"""File systems take 255, of which the name of a file that is being written has some more."""
MOST_BYTES_OF_JSON = 100_000_000
"""A study of a hundred million runs has a plan of half of that."""
MOST_UNPACKED = 1_000
"""How many times its size a table may come to; one of less than a gigabyte may come to more."""

_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))}
"""Names that are no files on Windows, whatever their ending."""


class Refused(ValueError):
    """A name or a file that cannot be used as it is. One line, which says what to do instead."""


# ---------------------------------------------------------------------- from a text to a path


def typed_path(text: str) -> Path:
    """Return the path that a person typed: ``~`` and ``~/`` begin with the home folder, all else is as it stands.

    >>> typed_path("~1.10/it's").parts
    ('~1.10', "it's")
    """
    return Path.home() / text[2:] if text == "~" or text.startswith("~/") else Path(text)


def inside(folder: Path, *names: str, what: str = "name") -> Path:
    """Return the path of a file in ``folder``, or in folders in it, by their names; ``what`` says where these are from.

    Raises Refused for what is no name, or would lead out of the folder, also by a link. A path that a file states goes
    in by its parts:

    >>> inside(Path("study"), *"configs/behaviour/best.yaml".split("/")).as_posix()
    'study/configs/behaviour/best.yaml'
    >>> inside(Path("study"), "../evil")
    Traceback (most recent call last):
    experiments.files.Refused: name = '../evil' is not allowed: it names a file, so it takes letters, digits, ...
    """
    for name in names:
        _refuse_no_name(name, what)
    path = folder.joinpath(*names)
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise Refused(f"{path} is a link that leads out of {folder}: put there what it leads to")
    return path


def _refuse_no_name(name: str, what: str) -> None:
    stem = name.partition(".")[0].rstrip().upper()
    if (
        not name.isprintable()
        or any(sign in name for sign in '/\\:*?"<>|')
        or name.strip(". ") == ""
        or name != name.strip()
        or name.endswith(".")
        or stem in _RESERVED
        or len(name.encode()) > MOST_BYTES_OF_A_NAME
    ):
        shown = name if len(name) <= 60 else f"{name[:57]}..."
        raise Refused(
            f"{what} = {shown!r} is not allowed: it names a file, so it takes letters, digits, blanks, dots, hyphens "
            f"and underscores, {MOST_BYTES_OF_A_NAME} bytes at most, and no folder before it; give it another name"
        )


def told_from(words: Sequence[str], folder: Path) -> list[str]:
    """Return the words of a command with the paths in it as they are from ``folder``: what is printed is for others.

    >>> told_from(["run", "case=/ann/work/leeds", "--config-dir", "/ann/fit"], Path("/ann/work"))
    ['run', 'case=leeds', '--config-dir', '../fit']
    """
    if not folder.is_absolute():
        return list(words)
    told = []
    for word in words:
        name, equals, value = ("", "", word) if Path(word).is_absolute() else word.partition("=")
        with suppress(ValueError):  # another drive
            value = Path(os.path.relpath(value, folder)).as_posix() if Path(value).is_absolute() else value
        told.append(f"{name}{equals}{value}".replace(f"{folder}{os.sep}", ""))  # in a list too
    return told


# ---------------------------------------------------------------------- reading what others wrote


class Unreadable(ValueError):
    """What a file, or a part of it, cannot be read as, in words: what is allowed, and the cure."""


def read_text(path: Path) -> str:
    """Return the text of a file, whatever usual program wrote it; raise Unreadable.

    UTF-8 with or without a mark, UTF-16 with one, or else the Windows code page.
    """
    content = path.read_bytes()
    if len(content) > MOST_BYTES:
        raise Unreadable(f"it has {len(content):,} bytes: at most {MOST_BYTES:,} are allowed")
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable("it is no text: save it as UTF-8")


_ALLOWED = (
    (r"^Value error, ", ""),
    (r"^Input should be (?:an object|a valid dictionary|a dictionary or .*)", "it takes settings, {name: value}"),
    (r"^Input should be a valid (?:tuple|list|array)", "it takes a list, [one,another]"),
    (r"^Input should be a valid string", "it takes text, which stands in quotes if it looks like a number"),
    (r"^Input should be a valid integer.*", "it takes a whole number"),
    (r"^Input should be a (?:valid|finite) number.*", "it takes a number"),
    (r"^Input should be a valid boolean.*", "it takes true or false"),
    (r"^Input should be greater than or equal to (\S+)", r"it takes \1 or more"),
    (r"^Input should be less than or equal to (\S+)", r"it takes \1 or less"),
    (r"^Input should be (greater|less) than (\S+)", r"it takes what is \1 than \2"),
    (r"^(?:Tuple|List) should have at least (\d+) items? after validation.*", r"it takes at least \1"),
    (r"^Input should be '(.*)'$", r"it takes \1"),
    (r"^Input should be ", "it takes "),
    (r"^Field required", "it is missing"),
    (r"^Invalid JSON: EOF .* at line (\d+).*", r"it ends too early, in line \1"),
    (r"^Invalid JSON: .* at line (\d+) column (\d+)", r"it is no JSON from line \1, character \2, on"),
    (r"' or '|', '", ", "),
)
"""What a library says that checks values, and how people say it."""


def as_people_say(words: str) -> str:
    """Return what a library says that checks values, in words of people.

    >>> as_people_say("Input should be a valid integer")
    'it takes a whole number'
    """
    for pattern, said in _ALLOWED:
        words = re.sub(pattern, said, words)
    return words


def without_number(text: str) -> str:
    """Return what the system says without the number that it gives its errors."""
    return re.sub(r"\[Errno -?\d+\] ", "", text)


def read_json(path: Path, shape: Any = dict[str, Any]) -> Any:
    """Return what a JSON file holds; raise Refused if it is not of a ``shape``, a type or a dataclass."""
    from pydantic import TypeAdapter, ValidationError

    content = _content(path, MOST_BYTES_OF_JSON)
    try:
        TypeAdapter(shape).validate_json(content, strict=True)
        return json.loads(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "".join(f"{part}: " for part in first["loc"])
        why = f"{where}{as_people_say(first['msg'])}"
        raise Refused(f"{path} cannot be read, it is not as partnerships wrote it: {why}") from None
    except (ValueError, RecursionError):
        raise Refused(f"{path} cannot be read, it is not as partnerships wrote it: it is no JSON") from None


UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, NotImplementedError, MemoryError)
"""What libraries raise that read a table which is damaged."""


def read_parquet(path: Path, columns: Sequence[str] | None = None, *, if_there: Sequence[str] = ()) -> pd.DataFrame:
    """Return the table in a Parquet file, or some of its columns, with those of ``if_there`` that it has.

    The words of columns (``table.attrs``) are left out: pandas would copy them along with every step. Raises Refused if
    it is damaged, has none of the columns, or would fill the memory.
    """
    import pandas as pd
    import pyarrow.parquet as pq

    _refuse_no_file(path)
    try:
        with pq.ParquetFile(path) as stored:
            there, rows = stored.schema_arrow.names, stored.metadata.num_rows
        wanted = there if columns is None else [*columns, *(name for name in if_there if name in there)]
        if missing := [name for name in wanted if name not in there]:
            raise Refused(f"{path} cannot be read, it is not as partnerships wrote it: there is no column {missing[0]}")
        if 8 * rows * len(wanted) > max(10**9, MOST_UNPACKED * path.stat().st_size):
            raise Refused(f"{path} unpacks to over {MOST_UNPACKED:,} times its size: it is no table of runs")
        table = pd.read_parquet(path, columns=None if columns is None else wanted)
    except Refused:
        raise
    except UNREADABLE as error:
        raise Refused(f"{path} cannot be read: it is damaged, or no Parquet table") from error
    table.attrs = {}
    return table


def _content(path: Path, most: int) -> bytes:
    _refuse_no_file(path)
    if (size := path.stat().st_size) > most:
        raise Refused(f"{path} has {size:,} bytes: at most {most:,} are read")
    return path.read_bytes()


def _refuse_no_file(path: Path) -> None:
    if not path.is_file():
        raise Refused(f"{path} cannot be read: it is missing, or no file")


# ---------------------------------------------------------------------- writing


CLAIM = ".claim"
"""How the name of a file ends that says who is at work: see ``experiments.study.claims``."""

_LONG_SINCE_WRITTEN = 7 * 24 * 3600.0
"""Seconds after which nobody on another machine is still at a file or folder that nothing was written to."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, and rename it to ``path`` once it is safely on the disk; or leave nothing.

    An error of writing names ``path``: of a full disk the system tells no file.
    """
    partial = path.with_name(f".{path.name}.{own_name()}{PARTIAL}")
    try:
        yield partial
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno and error.filename in (None, str(partial)):
            raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
        raise


def is_whole(path: Path) -> bool:
    """Return whether a file is there to stay: it is not being written, and is no claim."""
    return path.is_file() and path.suffix not in (PARTIAL, CLAIM)


# ---------------------------------------------------------------------- what killed processes left


def sweep_up(folder: Path, pattern: str) -> None:
    """Take away what processes that have ended left in ``folder``, and below it if the glob pattern says so."""
    for path in list(folder.glob(pattern)):
        if is_abandoned(path):
            take_away(path)


def is_abandoned(path: Path) -> bool:
    """Return whether the process that names a file or folder as its own has ended; of other machines, long since.

    What names no process is somebody's.
    """
    writers = _PROCESS.findall(path.name)
    if not writers or writers[-1].startswith(f"{_machine()}-"):
        return bool(writers) and has_ended(writers[-1])
    try:
        return disk_time(path.parent) - path.stat().st_mtime > _LONG_SINCE_WRITTEN
    except OSError:  # it is gone, or the disk can only be read
        return False


def take_away(path: Path) -> None:
    """Remove a file or a folder with all that is in it, as far as that can be done."""
    with suppress(OSError):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


@contextmanager
def scratch_folder(parent: Path | None = None, prefix: str = "partnerships") -> Iterator[Path]:
    """Give a new folder, in ``parent`` or where the system has such folders, and take it away at the end.

    So are earlier ones of that prefix whose process was killed.
    """
    parent = parent or Path(tempfile.gettempdir())
    sweep_up(parent, f"{escape(prefix)}-{ANY_PROCESS}")
    folder = parent / f"{prefix}-{own_name()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        take_away(folder)


def disk_time(folder: Path) -> float:
    """Return what time it is by the clock of the disk, in seconds: those of machines that share it differ."""
    with TemporaryFile(dir=folder) as touched:
        return os.fstat(touched.fileno()).st_mtime


def this_process() -> str:
    """Return the name of this process, which is that of no other here or on another machine."""
    return f"{_machine()}-{os.getpid()}"


def own_name() -> str:
    """Return a name that nothing else has, here or on another machine, and that tells this process."""
    return f"{this_process()}-{uuid4().hex}"


def has_ended(process: str) -> bool:
    """Return whether a process that was named so is known to have ended; of other machines nothing is known.

    A name that :func:`this_process` never gave is of nobody.
    """
    machine, dash, number = process.partition("-")
    if not dash or not number.isdecimal():
        return True
    if machine != _machine() or os.name != "posix":
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # of another user
        return False
    return False


@cache
def _machine() -> str:
    """Return what tells this machine, since it was started, or this container from others of the same name."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        told = f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:  # not Linux
        told = str(getnode())
    return sha256(f"{platform.node()} {told}".encode())[:12]


def sha256(content: Any) -> str:
    """Return the sha256 of bytes, or of what can be read as such."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the sha256 of the bytes in a file; raise Refused if it is none."""
    _refuse_no_file(path)
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
