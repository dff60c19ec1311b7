"""``docs/papers.md`` against the code: what it names exists, what is cited is listed."""

from __future__ import annotations

import ast
import pkgutil
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "papers.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if re.match(r"\| .*\b(19|20)\d\d\b", line)]
FUNCTIONS = sorted(set(re.findall(r"`(makar\.[\w.]+)`", PAGE)))
TESTS = sorted(set(re.findall(r"`(tests/[\w/.]+\.py)::(\w+)`", PAGE)))
# As in Yang & Lerch 2018, Shao et al. 2024, Welch (1947), and possessives.
CITATION = re.compile(
    r"\b([A-Z][\w-]*[a-z])(?:['’]s)?(?: et al\.?| & [A-Z][\w-]+(?:['’]s [a-z]+)?)?,? \(?"
    r"((?:19|20)\d\d)\b"
)
ARXIV = re.compile(r"ar[Xx]iv[: ]?(\d{4}\.\d{4,5})")


@cache
def source_citations() -> frozenset[tuple[str, str]]:
    texts = [p.read_text(encoding="utf-8") for p in (ROOT / "src").rglob("*.py")]
    return frozenset(pair for text in texts for pair in CITATION.findall(text))


@cache
def functions_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


@pytest.mark.parametrize("dotted", FUNCTIONS)
def test_every_function_named_exists(dotted: str) -> None:
    assert callable(pkgutil.resolve_name(dotted))


@pytest.mark.parametrize(("path", "name"), TESTS)
def test_every_test_named_exists(path: str, name: str) -> None:
    assert name in functions_of(ROOT / path)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:40])
def test_every_paper_has_code_and_a_test(row: str) -> None:
    paper, taken, code, tests = (cell.strip() for cell in row.strip("|").split(" | "))
    assert paper
    assert taken
    assert code.startswith("`makar.")
    assert tests.startswith("`tests/")


@pytest.mark.parametrize(("author", "year"), sorted(source_citations()))
def test_every_paper_the_source_names_is_listed(author: str, year: str) -> None:
    papers = [row.split(" | ")[0] for row in ROWS]
    assert any(re.search(rf"\b{author}\b", p) and year in p for p in papers), (
        f"the source cites {author} {year}; docs/papers.md does not list it"
    )


def test_every_arxiv_number_the_source_names_is_listed() -> None:
    texts = [p.read_text(encoding="utf-8") for p in (ROOT / "src").rglob("*.py")]
    cited = {number for text in texts for number in ARXIV.findall(text)}
    assert cited
    assert cited <= set(ARXIV.findall(PAGE))


def test_the_search_finds_citations() -> None:
    text = "after Shao et al. 2024; Yang & Lerch (2018), Huron's (2006), by Welch (1947) in C major"
    found = [("Shao", "2024"), ("Yang", "2018"), ("Huron", "2006"), ("Welch", "1947")]
    assert CITATION.findall(text) == found
    assert len(source_citations()) > 30
