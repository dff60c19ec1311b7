"""The wheel in an environment of its own, without make, a compiler or any program of Debian's."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TINY = {
    "corpus.collections": '["airdsAirs"]',
    "model.width": 16,
    "pretrain.updates": 2,
    "pretrain.evaluate_every": 1,
    "loop.iterations": 1,
    "loop.works": 16,
    "evaluate.works": 16,
    "evaluate.show": 1,
}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="builds the wheel: pip install hatchling")
    folder = tmp_path_factory.mktemp("dist")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder)]
    quietly([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)])
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; its dependencies are lent from the one that tests run in."""
    place = tmp_path_factory.mktemp("bare")
    quietly([sys.executable, "-m", "venv", "--without-pip", str(place)])
    own = sysconfig.get_path("purelib", "venv", {"base": str(place), "platbase": str(place)})
    lent = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
    # What a .pth adds comes after the wheel's own folder, and its .pth files are not read: the
    # checkout, installed there as editable, stays out of sight.
    Path(own, "lent.pth").write_text("\n".join(sorted(lent)), encoding="utf-8")
    options = ["--target", own, "--no-deps", "--no-index"]
    quietly([sys.executable, "-m", "pip", "install", *options, str(wheel)])
    return place


def quietly(command: list[str], **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return str(done.stdout)


def makar(bare: Path, *arguments: str) -> str:
    environment = {
        "PATH": str(bare / "bin"),  # neither make nor cc nor mscore3
        "HOME": str(bare),
        "MAKAR_CACHE": str(bare / "cache"),
        "OMP_NUM_THREADS": "1",
    }
    command = [str(bare / "bin" / "python"), "-m", "makar", *arguments]
    return quietly(command, cwd=bare, env=environment)


def test_it_holds_the_package_and_nothing_else(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    sources = {p for p in (ROOT / "src").rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    package = {name for name in inside if name.startswith("makar/")}
    assert package == {p.relative_to(ROOT / "src").as_posix() for p in sources}
    assert "makar/py.typed" in inside
    others = inside - package
    assert all(name.startswith("makar-") and ".dist-info/" in name for name in others), others
    assert any(name.endswith("/licenses/LICENSE") for name in others)
    assert wheel.stat().st_size < 2_000_000


def test_it_asks_for_what_it_imports(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("/METADATA"))
        metadata = archive.read(name).decode()
    asked = re.findall(r"^Requires-Dist: ([\w-]+)(?!.*extra ==)", metadata, re.MULTILINE)
    optional = {"gymnasium", "transformers"}  # imported by adapters, named as extras
    installed_as = {"PIL": "pillow", "tomli_w": "tomli-w"}
    imported: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        imported |= set(re.findall(r"^\s*(?:import|from) (\w+)(?:\.\w+)*(?: import|$)", text, re.M))
    outside = {
        installed_as.get(name, name)
        for name in imported - sys.stdlib_module_names - {"makar", "__future__"}
    }
    assert outside - optional <= set(asked)


def test_its_commands_run(bare: Path) -> None:
    code = "import makar; print(makar.__file__)"
    loaded = quietly([str(bare / "bin" / "python"), "-c", code], cwd=bare)
    assert Path(loaded.strip()).is_relative_to(bare)
    assert re.fullmatch(r"makar \d+\.\d+\.\d+\S*\n", makar(bare, "--version"))
    assert "tune" in makar(bare, "recipes")


def test_it_trains_and_reports(bare: Path) -> None:
    settings = [part for key, value in TINY.items() for part in ("--set", f"{key}={value}")]
    makar(bare, "train", "tune", "--name", "tiny", "--runs", "runs", *settings)
    run = bare / "runs" / "tiny"
    table = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    assert [row["row"] for row in table][-2:] == ["trained", "trained, best of 4"]
    assert "<audio" in (run / "report.html").read_text(encoding="utf-8")
    assert list((run / "samples").glob("*.ogg"))
