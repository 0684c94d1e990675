"""lowrank from Python: runs the ``lowrank`` command and returns its rows as pandas DataFrames.

>>> import lowrank
>>> result = lowrank.analyze("google-bert/bert-base-uncased")
>>> result.matrices.groupby("matrix").stable_rank.median()

The command is found in ``LOWRANK_COMMAND``, on ``PATH``, or in ``~/.local/bin``; :func:`install` fetches it. Nothing here measures:
numbers, options and errors are those of the command.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable, Optional, Union

import pandas

__version__ = "0.2.0"
__all__ = ["Result", "LowrankError", "analyze", "compare", "inspect", "check", "load", "run", "command", "install"]

Model = Union[str, "os.PathLike[str]"]
RELEASES = "https://github.com/lowrank/lowrank/releases/download"

_STATUS = {
    2: "wrong usage",
    3: "model not found or not readable",
    4: "weights malformed or of an unknown kind",
    5: "results cannot be written",
    130: "interrupted",
}


class LowrankError(RuntimeError):
    """The command failed: its line of error, and its exit code in ``code`` (2 usage, 3 not found, 4 malformed, 5 not written)."""

    def __init__(self, code: int, message: str):
        super().__init__(message or f"lowrank ended with {code} ({_STATUS.get(code, 'unexpected')})")
        self.code = code


@dataclass
class Result:
    """A result of the command: ``raw`` is its result.json, the frames are its lists."""

    raw: dict = field(repr=False)

    def _frame(self, key: str) -> pandas.DataFrame:
        return pandas.json_normalize(self.raw.get(key) or [], sep=".")

    @property
    def matrices(self) -> pandas.DataFrame:
        """The rows of matrices.csv, one per matrix; layer is empty (NA) where a matrix is in none."""
        frame = pandas.DataFrame(self.raw.get("matrices") or [])
        if "layer" in frame:
            frame["layer"] = frame["layer"].astype("Int64")
        for column in ("stable_rank", "stable_rank_squared"):
            if column in frame:
                frame[column] = frame[column].astype("float64")
        return frame

    @property
    def models(self) -> pandas.DataFrame:
        """One row per model: architecture and where its bytes came from."""
        return self._frame("models")

    @property
    def findings(self) -> pandas.DataFrame:
        """The findings with their verdicts and numbers."""
        return self._frame("findings")

    @property
    def skipped(self) -> pandas.DataFrame:
        """Tensors in no matrix, with reasons."""
        return self._frame("skipped_tensors")

    @property
    def pairs(self) -> pandas.DataFrame:
        """Of a comparison: one row per pair of matrices."""
        return self._frame("pairs")

    @property
    def tensors(self) -> pandas.DataFrame:
        """Of inspect: one row per tensor."""
        return self._frame("tensors")

    @property
    def warnings(self) -> list:
        """What a reader of the numbers should know."""
        return [w.get("message", "") if isinstance(w, dict) else w for w in self.raw.get("warnings") or []]


def command() -> str:
    """The path of the command: ``LOWRANK_COMMAND``, else on ``PATH``, else ``~/.local/bin/lowrank``."""
    named = os.environ.get("LOWRANK_COMMAND")
    if named:
        return named
    found = shutil.which("lowrank")
    if found:
        return found
    installed = Path.home() / ".local" / "bin" / "lowrank"
    if installed.exists():
        return str(installed)
    raise FileNotFoundError(
        "no lowrank command: neither LOWRANK_COMMAND nor PATH nor ~/.local/bin has it; call lowrank.install(), or see the README"
    )


def run(*arguments: Union[Model, int, float], check_exit: bool = True) -> subprocess.CompletedProcess:
    """Runs the command with these arguments; its standard output and error as text. Raises LowrankError unless it ends with 0."""
    line = [command(), *(os.fspath(a) if isinstance(a, os.PathLike) else str(a) for a in arguments)]
    done = subprocess.run(line, capture_output=True, text=True, encoding="utf-8", stdin=subprocess.DEVNULL)
    if check_exit and done.returncode != 0:
        errors = [text for text in done.stderr.splitlines() if text.startswith("lowrank:")]
        raise LowrankError(done.returncode, errors[-1] if errors else done.stderr.strip())
    return done


def _options(options: dict) -> Iterable[str]:
    """``spectrum=True`` is ``--spectrum``, ``layers="0-5"`` is ``--layers=0-5``, a list gives the option several times."""
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if value is True:
            yield flag
        elif isinstance(value, (list, tuple)):
            yield from (f"{flag}={one}" for one in value)
        elif value is not None and value is not False:
            yield f"{flag}={os.fspath(value) if isinstance(value, os.PathLike) else value}"


def _result(name: str, models: Iterable[Model], options: dict) -> Result:
    with tempfile.TemporaryDirectory(prefix="lowrank-") as scratch:
        options.setdefault("out", scratch)
        options.setdefault("format", "json" if options["out"] == scratch else None)
        arguments = [name, "--json", "--no-progress", *_options(options), "--", *models]
        return Result(json.loads(run(*arguments).stdout))


def analyze(*models: Model, **options: Any) -> Result:
    """Measures every layer matrix of models; options as the command's, ``analyze("a", spectrum=True, layers="0-3", out="results")``.

    Without ``out`` no file is kept.
    """
    return _result("analyze", models, options)


def compare(a: Model, b: Model, **options: Any) -> Result:
    """Two models side by side, and their difference as a matrix of its own."""
    return _result("compare", (a, b), options)


def inspect(model: Model, **options: Any) -> Result:
    """Names, shapes, types and roles of a model's tensors, from headers alone."""
    return Result(json.loads(run("inspect", "--json", *_options(options), "--", model).stdout))


def check(*models: Model, **options: Any) -> pandas.DataFrame:
    """The rows that break a bound; empty where all hold: ``check("a", max=["stable_rank=12"], require=["M1.spectral_norm<50"])``."""
    done = run("check", "--json", "--no-progress", *_options(options), "--", *models, check_exit=False)
    if done.returncode not in (0, 1) or not done.stdout.strip():
        errors = [text for text in done.stderr.splitlines() if text.startswith("lowrank:")]
        raise LowrankError(done.returncode, errors[-1] if errors else done.stderr.strip())
    frame = pandas.json_normalize(json.loads(done.stdout)["broken"], sep=".")
    return frame.rename(columns=lambda name: name.replace("id.", ""))


def load(path: Model) -> Result:
    """A saved result.json, or the one in a directory of results."""
    file = Path(path)
    return Result(json.loads((file / "result.json" if file.is_dir() else file).read_text(encoding="utf-8")))


def install(version: str = __version__, prefix: Optional[Model] = None, source: Optional[str] = None) -> str:
    """Fetches install.sh of a version and runs it: an archive with its own Java, checked by SHA-256, below ``~/.local``. Returns the
    command's path. ``source`` is the address of the release's files."""
    address = source or f"{RELEASES}/v{version}"
    where = Path(prefix) if prefix is not None else Path.home() / ".local"
    with tempfile.TemporaryDirectory(prefix="lowrank-") as scratch:
        script = Path(scratch) / "install.sh"
        with urllib.request.urlopen(address.rstrip("/") + "/install.sh") as answer:
            script.write_bytes(answer.read())
        subprocess.run(
            ["sh", str(script), "--version", version, "--prefix", str(where), "--from", address],
            check=True,
        )
    return str(where / "bin" / "lowrank")
