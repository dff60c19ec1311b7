"""A good run, copies of it that are attacked, and what may not come of a command that opens one.

Not a test file.
"""

import json
import shutil
import stat
from pathlib import Path

from faults.zygote import Zygote

SECONDS, MEGABYTES = 30, 1_500
CHEAP = (
    ("runs",), ("works", "RUN"), ("export", "WORK", "--run", "RUN", "--out", "OUT/made.mid"),
    ("table", "RUN", "--csv"), ("compare", "RUN", "good", "--out", "OUT/compared"),
)  # fmt: skip
DEAR = (
    ("sample", "RUN", "-n", "1"), ("train", "--resume", "RUN"), ("report", "RUN", "--again"),
    ("sample", "RUN", "--again", "WORK"), ("score", "TUNE", "--run", "RUN"),
)  # fmt: skip
SETTINGS = {
    "loop.iterations": 3, "loop.works": 8, "loop.checkpoint_every": 1, "pretrain.updates": 10,
    "model.width": 8, "evaluate.works": 16, "evaluate.show": 1, "corpus.collections": ["miscFolk"],
}  # fmt: skip


class Place:
    """A good run, and room for what is done to copies of it."""

    def __init__(self, root: Path, zygote: Zygote) -> None:
        self.root, self.zygote = root, zygote
        self.runs, self.outside = root / "runs", root / "outside"
        for folder in ("outside", "home", "here", "out"):
            (root / folder).mkdir()
        (self.outside / "victim").write_text("theirs")
        self.environment = {
            "MAKAR_CACHE": str(root / "cache"), "MAKAR_RUNS": str(self.runs),
            "HOME": str(root / "home"), "XDG_STATE_HOME": str(root / "home" / "state"),
        }  # fmt: skip
        small = [f"--set={name}={json.dumps(value)}" for name, value in SETTINGS.items()]
        done = self.call("train", "tune", "--name", "good", *small)
        assert done.code == 0, done.err
        self.work = json.loads(self.call("works", "good", "--json").out)[0]["id"]
        self.call("export", self.work, "--to", "mid", "--out", root / "here" / "tune.mid")
        self.call("sample", "good", "-n", "1")
        shutil.copytree(self.runs / "good", root / "good")

    def call(self, *words, **environment):
        return self.zygote.run(
            *words, cwd=self.root / "here", environment=self.environment | environment,
            seconds=SECONDS,
        )  # fmt: skip

    def filled(self, words):
        """The command with the names of the day."""
        names = {"RUN": "hostile", "WORK": self.work, "TUNE": str(self.root / "here" / "tune.mid")}
        return [names.get(word, word.replace("OUT", str(self.root / "out"))) for word in words]

    def try_out(self, attack, commands, codes=(0, 1, 2)):
        """What was wrong, a line each."""
        run = self.runs / "hostile"
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(self.root / "good", run, symlinks=True)
        attack.apply(run, self.outside)
        faults = []
        for words in commands:
            for made in (self.root / "out").iterdir():
                shutil.rmtree(made) if made.is_dir() else made.unlink()
            before = self.seen()
            done = self.call(*self.filled(words))
            told = f"{attack.name}: makar {' '.join(words)}"
            faults += [f"{told}: {fault}" for fault in wrong(done, codes)]
            if self.seen() != before:
                changed = sorted(set(self.seen().items()) ^ set(before.items()))
                faults.append(f"{told}: wrote outside the run: {changed[:3]}")
        for made in self.outside.iterdir():
            if made.name != "victim":
                shutil.rmtree(made) if made.is_dir() and not made.is_symlink() else made.unlink()
        return faults

    def seen(self):
        """Everything outside the runs and the cache, as it is."""
        found = {}
        for name in ("outside", "home", "here"):
            for path in (self.root / name).rglob("*"):
                status = path.lstat()
                is_file = stat.S_ISREG(status.st_mode)
                found[str(path)] = (status.st_mode, status.st_size if is_file else 0,
                                    status.st_mtime_ns if is_file else 0)  # fmt: skip
        return found


def wrong(done, codes=(0, 1, 2)):
    """What may not come of a command."""
    if done.late:
        yield f"hung for {SECONDS} s"
    elif done.code not in codes:
        yield f"ended with {done.code}: {done.err[-300:]}"
    if "fault of makar" in done.err or "Traceback" in done.err:
        yield done.err[-300:]
    if done.megabytes > MEGABYTES:
        yield f"took {done.megabytes:.0f} MB"
    if any(sign in done.out + done.err for sign in "\x1b\x07\x9b\r\u202e"):
        yield f"control characters: {done.err[-200:]!r} {done.out[-200:]!r}"
    if done.code and not done.err.strip():
        yield f"ended with {done.code} and not a word"
