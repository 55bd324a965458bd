"""Pack finished results for a repository: one ZIP with data, codebook, command, code version, licence.

Writes FOLDER.zip, an RO-Crate (https://w3id.org/ro/crate), which repositories such as Zenodo and other
programs can read: all files of FOLDER, files of your own that its command read (as long as they are
what was read), and ro-crate-metadata.json, which tells what each is, what each column means, by which
code, command and versions it was made, and when. Unzipped, it can be done again with partnerships rerun.
Code is named by its version and hashes, not packed. Authors and DOI are for you to add where you deposit.

--licence NAME is the SPDX name of the licence for the results (default CC-BY-4.0); --output FILE.zip
names another file. Needs an extra: pip install 'local-partnerships[archive]'.

For example:
  partnerships archive outputs/headline
  partnerships archive studies/levers --licence CC0-1.0 --output deposit.zip
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence

from experiments.errors import CommandError, WordParser, as_written
from experiments.files import typed_path
from experiments.output.crate import write_crate
from experiments.output.manifest import read_manifest
from experiments.terminal import console

_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")


def main(arguments: Sequence[str]) -> None:
    """Pack the results that ``arguments`` name."""
    asked = _parsed(arguments)
    folder = typed_path(asked.folder).resolve()
    manifest = read_manifest(folder)
    target = typed_path(asked.output).resolve() if asked.output else folder.with_name(f"{folder.name}.zip")
    if target.exists():
        raise CommandError(f"{str(target)!r} is there already: take it away, or name another file with --output")
    if target.is_relative_to(folder):
        raise CommandError(f"--output {asked.output!r} lies in the folder that is packed: name a file outside of it")
    with as_written(folder):
        lost = write_crate(folder, manifest, target, licence=asked.licence)
    if lost:
        print(f"left out, because changed since or gone: {', '.join(lost)}", file=sys.stderr)
    console().print(f"The archive is {target}, {target.stat().st_size / 1e6:.1f} MB", soft_wrap=True)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = WordParser("archive")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--output")
    parser.add_argument("--licence", default="CC-BY-4.0")
    asked = parser.parse_args(arguments)
    if asked.folder is None:
        raise CommandError("archive what? partnerships archive FOLDER, a folder of finished results")
    if not _SPDX.fullmatch(asked.licence):
        raise CommandError(f"--licence {asked.licence!r} is not allowed: an SPDX name such as CC-BY-4.0 or CC0-1.0")
    return asked
