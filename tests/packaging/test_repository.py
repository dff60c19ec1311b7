"""What belongs to no repository stays out of this one, and its pages agree with one another."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TORCH_INDEX = "scripts/torch_cpu.sh"
"""The one file that names a host of packages: where torch's build for processors is."""

# A class of one letter keeps a pattern from finding itself.
FOREIGN = {
    "how the work was organised": re.compile(
        r"\b(sub-?[a]gents?|ai[ -][a]gents?|coding [a]gents?|[w]orkplace|[c]laude|[a]nthropic"
        r"|[c]odex|chat[g]pt|[a]i session)\b",
        re.IGNORECASE,
    ),
    "a host of packages": re.compile(
        r"[p]ypi\.org|[p]ythonhosted|[n]pmjs|[d]eb\.debian|download\.[p]ytorch|[n]odejs\.org",
        re.IGNORECASE,
    ),
    "a path of one machine": re.compile(
        r"(?<![\w.:/~*}$)<-])/(?:[w]ork|[r]oot|[o]pt|[m]nt|[U]sers|[s]rv)/\w|file:/{2,3}[a-z]|[A-Z]:\\\\U"
    ),
}


def tracked_texts() -> dict[str, str]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    texts: dict[str, str] = {}
    for name in filter(None, names):
        path = ROOT / name
        if path.is_file():  # deleted, and not yet committed
            data = path.read_bytes()
            if b"\0" not in data:
                texts[name] = data.decode("utf-8")
    return texts


@pytest.mark.parametrize("kind", FOREIGN)
def test_nothing_foreign_is_tracked(kind: str) -> None:
    allowed = {TORCH_INDEX} if kind == "a host of packages" else set()
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in tracked_texts().items()
        if name not in allowed
        for number, line in enumerate(text.splitlines(), 1)
        if FOREIGN[kind].search(line)
    ]
    assert not found, f"{kind}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("how the work was organised", "as the " + "work" + "place says"),
        ("how the work was organised", "written by a coding " + "agent"),
        ("a host of packages", "https://" + "pypi" + ".org/simple"),
        ("a path of one machine", 'open("/' + 'work/main/x")'),
        ("a path of one machine", "torch @ file:" + "///opt/wheels/torch.whl"),
    ],
)
def test_the_search_finds_it(kind: str, text: str) -> None:
    assert FOREIGN[kind].search(text)


@pytest.mark.parametrize("text", ["an agent acts in its environment", "src/work/x", "</root/a>"])
def test_the_search_leaves_the_fields_own_words_alone(text: str) -> None:
    assert not any(pattern.search(text) for pattern in FOREIGN.values())


def test_no_generated_or_private_files_are_tracked() -> None:
    banned = re.compile(
        r"^(runs|build|dist|\.venv)/|(^|/)__pycache__/|\.(mid|mxl|ogg|wav|sqlite|npz|pt|safetensors)$"
    )
    assert not [name for name in tracked_texts() if banned.search(name)]


def test_every_link_between_pages_leads_somewhere() -> None:
    link = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
    pages = {name: text for name, text in tracked_texts().items() if name.endswith(".md")}
    dead = [
        f"{name}: {target}"
        for name, text in pages.items()
        for target in link.findall(text)
        if "://" not in target and not ((ROOT / name).parent / target).exists()
    ]
    assert not dead


def test_the_lock_pins_versions_and_names_no_place() -> None:
    for lock in ("requirements.lock", "benchmarks/requirements.lock"):
        lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
        pins = [line for line in lines if not line.startswith("#")]
        assert pins
        assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)


def test_the_lock_has_everything_that_is_asked_for() -> None:
    def names(requirements: list[str]) -> set[str]:
        found = [re.match(r"[\w.-]+", r) for r in requirements if not r.startswith("#")]
        return {re.sub(r"[-_.]+", "-", m[0]).lower() for m in found if m}

    extras = PROJECT["project"]["optional-dependencies"].values()
    asked = names(PROJECT["project"]["dependencies"]) | names(PROJECT["dependency-groups"]["dev"])
    asked |= {name for extra in extras for name in names(extra)}
    locked = names((ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines())
    assert asked <= locked, "run: make lock"


def test_the_citation_is_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert str(citation["version"]) == PROJECT["project"]["version"]
    assert citation["license"] == PROJECT["project"]["license"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{PROJECT['project']['version']}]" in changes


def test_make_explains_every_command() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"^([a-z]+):", text, re.MULTILINE))
    explained = set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))
    assert {"help", "setup", "demo", "check", "test", "bench", "docs"} <= commands
    assert commands == explained
