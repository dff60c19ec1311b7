"""No file, however spoilt, gives an untyped error, a hang, or takes the memory."""

import resource
import signal
import sys
import time
import warnings

import pytest

from faults.files.formats import FORMATS, PLAIN_FAULTS
from faults.files.mutations import mutated
from makar.core.errors import UnreadableError

SECONDS, MEGABYTES = 5, 1_500
FEW, ALL = 25, 2_000


class LateError(BaseException):
    """A reader took too long; no reader catches it."""


def late(*_):
    raise LateError


def outcome(read, path, allowed):
    """What came of it: ``read``, ``refused``, or in words what should not be."""
    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 4 * SECONDS)  # others may use the processor as well
    began = time.process_time()
    try:
        read(path)
        said = "read"
    except allowed as fault:
        named = allowed is not UnreadableError or path.name in str(fault)
        said = "refused" if named else f"does not name the file: {fault}"
    except LateError:
        said = "hangs"
    except Exception as fault:  # what is looked for
        said = f"{type(fault).__name__}: {str(fault)[:200]}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return "hangs" if time.process_time() - began > SECONDS else said


def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tried(folder, name, seeds):
    """How many were read and refused, and the seeds of all others with what came of them."""
    suffix, make, read = FORMATS[name]
    allowed = (ValueError, OSError) if name in PLAIN_FAULTS else UnreadableError
    good, counts, bad = make(folder), {"read": 0, "refused": 0}, []
    path = folder / f"spoilt{suffix}"
    path.write_bytes(good)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert outcome(read, path, allowed) == "read"
        for seed in seeds:
            path.write_bytes(mutated(good, f"{name} {seed}"))
            said = outcome(read, path, allowed)
            if said in counts:
                counts[said] += 1
            else:
                bad.append((seed, said))
    sys.stdout.write(f"{name}: {counts}, {len(bad)} others, {megabytes():.0f} MB\n")
    return bad


@pytest.mark.parametrize("name", FORMATS)
def test_some_spoilt_files(tmp_path, name):
    assert tried(tmp_path, name, range(FEW)) == []


@pytest.mark.faults
@pytest.mark.parametrize("name", FORMATS)
def test_many_spoilt_files(tmp_path, name):
    assert tried(tmp_path, name, range(ALL)) == []
    assert megabytes() < MEGABYTES
