"""makar's command line many times over, each time in a process of its own that need not start anew.

A server has everything imported and forks for each command; it measures the child, ends it after
some seconds, or kills it at a chosen moment. Not a test file; ``serve`` is what it runs.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from fnmatch import fnmatch
from glob import glob
from pathlib import Path

POLL = 0.002
SAVING = (".saving-step-*", ".*.tmp", ".replaced-step-*", ".dropped-step-*")
"""What lies in a run's or a cache's folder only while something is being saved."""


@dataclass(frozen=True)
class Done:
    """What came of a command.

    Attributes:
        code: Its exit status; negative where a signal ended it.
        out: What it printed.
        err: What it said on standard error.
        seconds: Wall time.
        cpu: Processor time.
        megabytes: Memory at most.
        late: Whether it had to be ended.
        saving: Whether it was killed while it saved something.
    """

    code: int
    out: str
    err: str
    seconds: float
    cpu: float
    megabytes: float
    late: bool
    saving: bool


class Zygote:
    """The server; use it in a ``with`` block."""

    def __init__(self, place: Path, recipes: tuple[str, ...] = ("tune",)) -> None:
        self.place = place
        place.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(place), *recipes],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )  # fmt: skip

    def run(self, *words, cwd, environment=None, seconds=30.0, kill=None):
        """Run a command.

        Args:
            words: Its words.
            cwd: Where.
            environment: Variables besides this process's.
            seconds: After which it is ended.
            kill: ``{"after": seconds}``, or ``{"saving": (folders, number)}`` to kill it while it
                saves something into one of them for that time.
        """
        request = {
            "words": [str(word) for word in words], "cwd": str(cwd), "seconds": seconds,
            "environment": dict(environment or {}), "kill": kill,
        }  # fmt: skip
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        texts = [
            (self.place / name).read_bytes().decode(errors="surrogateescape")
            for name in ("out", "err")
        ]
        return Done(out=texts[0], err=texts[1], **answer)

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


def serve(place, recipes):
    """Import everything, then fork for each line of standard input."""
    answers = os.fdopen(os.dup(1), "w")
    import torch

    from makar.recipes import registry

    torch.set_num_threads(1)
    for name in recipes:
        registry.recipe(name)
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            answers.close()
            _be(request, place)
        answers.write(json.dumps(_watched(child, request)) + "\n")
        answers.flush()


def _be(request, place):
    """Be the command's process, to its end."""
    code = 70
    try:
        os.setsid()
        os.chdir(request["cwd"])
        os.environ.update(request["environment"])
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
        for number, name in ((1, "out"), (2, "err")):
            file = os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
            os.dup2(file, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        sys.argv = ["makar", *request["words"]]
        from makar.cli import main

        main()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _watched(child, request):
    kill = request["kill"] or {}
    left, after = kill.get("saving"), kill.get("after")
    began, late, saving, was = time.monotonic(), False, False, False
    while True:
        found, status, used = os.wait4(child, os.WNOHANG)
        if found:
            break
        passed = time.monotonic() - began
        late = passed > request["seconds"]
        if left:
            now = _is_saving(left[0])
            left[1] -= now and not was
            was = now
            saving = now and left[1] < 0
            if saving:
                time.sleep(random.uniform(0, 0.004))
        if late or saving or (after is not None and passed > after):
            os.killpg(child, signal.SIGKILL) if os.getpgid(child) == child else os.kill(child, 9)
            _, status, used = os.wait4(child, 0)
            break
        time.sleep(0.0003 if left else POLL)
    return {
        "code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - began,
        "cpu": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024,
        "late": late, "saving": saving,
    }  # fmt: skip


def _is_saving(folders):
    for folder in (found for pattern in folders for found in glob(pattern)):  # noqa: PTH207
        try:
            with os.scandir(folder) as entries:
                if any(fnmatch(entry.name, kind) for entry in entries for kind in SAVING):
                    return True
        except OSError:
            continue
    return False


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2:])
