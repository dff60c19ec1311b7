"""Checkpoints that are complete or not there: ``step-N/{state.json, arrays.safetensors}``.

``manifest.json``, written last, holds the size and SHA-256 of both; the folder is built under
another name and moved into place by one rename. ``step-N`` is the state *before* iteration N:
N iterations are done, and N is the one to go on with.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from makar.core.disk.parsing import parse_json, read_json
from makar.core.disk.plain import MEGABYTE, read_plain, require_folder
from makar.runs.atomic import sync_folder, write_json, write_through
from makar.runs.errors import CheckpointError, naming_full_disk

FORMAT = 1
MOST_STATE = 32 * MEGABYTE
"""Bytes of the tree, in which the tensors are only named."""
STATE, ARRAYS, MANIFEST, PINS = "state.json", "arrays.safetensors", "manifest.json", "pins.json"
# torch is imported where it is needed: commands that only read a run start without it


class Loaded(NamedTuple):
    """A state read back.

    Attributes:
        step: Iterations done when it was saved; the iteration to go on with.
        state: As it was saved, tensors on the CPU.
        notices: What to tell the user: newer checkpoints that were damaged, and how.
    """

    step: int
    state: Any
    notices: list[str]


def save(folder: Path, step: int, state: Any, *, keep: int = 3, pin: str | None = None) -> Path:
    """Keep ``state`` as ``folder/step-N``, durably, replacing an older save of the same step.

    Args:
        folder: Where the checkpoints are; made if it is missing. Its user holds the run's lock.
        step: Iterations done.
        state: See ``makar.runs.state.pack``.
        keep: How many of the newest stay; pinned ones stay besides.
        pin: Name under which this one stays for good, such as ``"best"``; see ``pin_step``.

    Raises:
        DiskFullError: No room; nothing half-written is left and older checkpoints are intact.
        NotPlainError: ``folder`` is a link.
        CheckpointError: The state holds something that cannot be saved.
    """
    if keep < 1 or step < 0:
        raise ValueError(f"keep={keep} must be at least 1 and step={step} at least 0")
    files = _encode(state)
    building, target = folder / f".saving-step-{step}", folder / f"step-{step}"
    with naming_full_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        require_folder(folder)
        tidy(folder)
        try:
            building.mkdir()
            for name, data in files.items():
                write_through(building / name, data)
            write_through(building / MANIFEST, _manifest(step, files))
            sync_folder(building)
            if target.exists():
                target.rename(folder / f".replaced-{target.name}")
            building.rename(target)
            sync_folder(folder)
        except BaseException:
            tidy(folder)
            raise
        tidy(folder)
    if pin is not None:
        pin_step(folder, pin, step=step)
    _drop_old(folder, step, keep)
    return target


def load_newest(folder: Path, use: Callable[[Any], object] | None = None) -> Loaded:
    """Read the newest checkpoint that is complete, and say which newer ones are not.

    Args:
        folder: Where the checkpoints are.
        use: Takes the state over; what it cannot take counts as damaged, and it is given the one
            before.

    Raises:
        CheckpointError: There is none, or none that is complete; the message lists the faults.
    """
    faults: list[str] = []
    for step in reversed(steps(folder)):
        try:
            state = load(folder, step)
            if use is not None:
                with understanding(folder / f"step-{step}"):
                    use(state)
        except CheckpointError as fault:
            faults.append(str(fault))
        else:
            return Loaded(step, state, [f"{f}; step-{step} is used instead" for f in faults])
    found = "; ".join(faults) or "there is none"
    raise CheckpointError(f"{folder}: no complete checkpoint ({found}); start a new run")


def load(folder: Path, step: int) -> Any:
    """Read one checkpoint, such as a pinned one, after checking every byte of it.

    Raises:
        CheckpointError: It is missing or damaged; the message names the file and the fault.
    """
    import safetensors.torch

    from makar.runs.state import unpack

    here = folder / f"step-{step}"
    files = _verified(here, step)
    with understanding(here):
        return unpack(parse_json(files[STATE]), safetensors.torch.load(files[ARRAYS]))


@contextmanager
def understanding(here: Path) -> Iterator[None]:
    """Turn what comes of a state that is not as it should be into a ``CheckpointError``."""
    try:
        yield
    except CheckpointError as fault:
        raise CheckpointError(f"{here}: cannot be understood ({fault})") from fault
    except Exception as fault:
        known = isinstance(fault, _OF_LIES) or type(fault).__module__.startswith("safetensors")
        if not known or "OutOfMemory" in type(fault).__name__:  # of a graphics card
            raise
        told = f"{type(fault).__name__}: {fault}"
        raise CheckpointError(f"{here}: cannot be understood ({told})") from fault


_OF_LIES = (ValueError, LookupError, TypeError, AttributeError, RuntimeError, OverflowError)


def steps(folder: Path) -> list[int]:
    """Steps that have a checkpoint, complete or not, oldest first."""
    if folder.is_symlink() or not folder.is_dir():
        return []
    names = (re.fullmatch(r"step-(0|[1-9][0-9]{0,14})", path.name) for path in folder.iterdir())
    return sorted(int(name[1]) for name in names if name)


def pins(folder: Path) -> dict[str, int]:
    """Checkpoints that stay for good: step by name.

    Raises:
        CheckpointError: The list is damaged.
    """
    path = folder / PINS
    try:
        found = read_json(path, most=MEGABYTE)
        if not isinstance(found, dict) or any(type(step) is not int for step in found.values()):
            raise ValueError("not steps by their names")
        return found
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or fault
        raise CheckpointError(f"{path}: damaged ({why}); delete it to go on") from fault


def pin_step(folder: Path, name: str, *, step: int) -> None:
    """Let ``step`` stay as ``name`` (``"best"``, ``"before"``), in place of what had the name."""
    write_json(folder / PINS, pins(folder) | {name: step})


def tidy(folder: Path) -> None:
    """Finish or undo what a killed ``save`` left; only for whoever holds the run's lock."""
    for replaced in folder.glob(".replaced-step-*"):
        target = folder / replaced.name.removeprefix(".replaced-")
        if not target.exists():
            replaced.rename(target)
    for leftover in [*folder.glob(".*-step-*"), *folder.glob(".*.tmp")]:
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


def set_aside_newer(folder: Path, step: int) -> None:
    """Rename damaged checkpoints above ``step``, which is gone on from, to ``damaged-step-N``.

    Otherwise one that becomes readable again would bring an abandoned future back.
    """
    for newer in (n for n in steps(folder) if n > step):
        aside = folder / f"damaged-step-{newer}"
        if os.path.lexists(aside):
            shutil.rmtree(aside)
        (folder / f"step-{newer}").rename(aside)


def _encode(state: Any) -> dict[str, bytes]:
    import safetensors.torch

    from makar.runs.state import pack

    tree, tensors = pack(state)
    text = json.dumps(tree, allow_nan=False, separators=(",", ":"))
    return {STATE: text.encode(), ARRAYS: safetensors.torch.save(tensors)}


def _manifest(step: int, files: dict[str, bytes]) -> bytes:
    entries = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
    }
    return json.dumps({"format": FORMAT, "step": step, "files": entries}, indent=2).encode()


def _verified(here: Path, step: int) -> dict[str, bytes]:
    """The very bytes that were checked, so that nothing can change in between."""
    path = here / MANIFEST
    try:
        manifest = parse_json(_read(path, MEGABYTE, folder=here))
        listed = {name: manifest["files"][name] for name in (STATE, ARRAYS)}
        expected = {n: (_count(e["bytes"]), str(e["sha256"])) for n, e in listed.items()}
        header = (manifest["format"], manifest["step"])
    except (ValueError, KeyError, TypeError) as fault:
        raise CheckpointError(f"{path}: damaged ({type(fault).__name__}: {fault})") from fault
    if header != (FORMAT, step):
        raise CheckpointError(f"{path}: says format and step {header}, not {(FORMAT, step)}")
    files: dict[str, bytes] = {}
    for name, (size, digest) in expected.items():
        data = files[name] = _read(here / name, MOST_STATE if name == STATE else _most_arrays())
        if len(data) != size:
            raise CheckpointError(f"{here / name}: {len(data)} bytes, the manifest says {size}")
        if hashlib.sha256(data).hexdigest() != digest:
            raise CheckpointError(f"{here / name}: its SHA-256 is not that in {path}")
    return files


def _count(number: Any) -> int:
    if type(number) is not int:
        raise ValueError(f"{str(number)[:20]} is no number of bytes")
    return number


def _most_arrays() -> int:
    """Half of the machine's memory: they are read whole, and then taken apart."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def _read(path: Path, most: int, *, folder: Path | None = None) -> bytes:
    try:
        if folder is not None:
            require_folder(folder)
        return read_plain(path, most=most)
    except FileNotFoundError:
        raise CheckpointError(f"{path}: missing") from None
    except OSError as fault:
        raise CheckpointError(f"{path}: cannot be read ({fault.strerror})") from fault


def _drop_old(folder: Path, newest: int, keep: int) -> None:
    stay = {newest, *steps(folder)[-keep:], *pins(folder).values()}
    for step in set(steps(folder)) - stay:
        # renamed first, so that a kill while deleting leaves nothing that looks damaged
        gone = (folder / f"step-{step}").rename(folder / f".dropped-step-{step}")
        shutil.rmtree(gone)
