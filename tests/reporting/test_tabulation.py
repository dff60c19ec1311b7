import csv
import io
import json
import re

import numpy as np
import pytest

from makar.core.errors import ConfigError
from makar.domains.music.words import TUNE_WORDS
from makar.recipes.words import Words
from makar.reporting.comparison import compared, write_comparison
from makar.reporting.study_report import write_study
from makar.reporting.tabulation import as_csv, as_latex, escaped, tabulated
from makar.runs.errors import RunError

ROWS = ("human held-out", "prior", "trained")


def run(root, name, scores, *, seed=1, rate=0.001, works=4, watch=0.5, steps=3, recipe=""):
    """A finished run's files, as far as they are looked into."""
    folder = root / name
    folder.mkdir(parents=True)
    named = f'recipe = "{recipe}"\n' if recipe else ""
    (folder / "config.toml").write_text(
        f"{named}seed = {seed}\nprior_seed = 0\n[ask]\nbars = 8\n"
        f"[learn]\nlearning_rate = {rate}\n[evaluate]\nworks = {works}\n"
    )
    columns = {}
    for row in ROWS:
        values = np.asarray(scores if row == "trained" else [0.4, 0.5, 0.6, 0.5], float)
        columns |= {
            f"{row}/score": values,
            f"{row}/a_watch": np.full(len(values), watch),
            f"{row}/distinct-4": np.array([0.25]),
        }
    np.savez_compressed(folder / "compared.npz", **columns)
    lines = [
        json.dumps({"iteration": i, "score": 0.1 * i, "learner": {"kl": 0.01 * i}})
        for i in range(steps)
    ]
    (folder / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def runs(tmp_path):
    return [
        run(tmp_path, "s1", [0.5, 0.7, 0.6, 0.6], seed=1),
        run(tmp_path, "s2", [0.7, 0.9, 0.8, 0.8], seed=2),
        run(tmp_path, "fast", [0.9, 0.9, 0.8, 1.0], seed=1, rate=0.01),
    ]


def test_runs_that_differ_in_their_seed_only_are_one_row(runs):
    found = tabulated(runs)
    assert [(r.row, r.setting) for r in found.rows] == [
        (row, f"learn.learning_rate = {rate}") for rate in ("0.001", "0.01") for row in ROWS
    ]
    slow = found.rows[2].cells["score"]
    half = 12.706204736 * 0.1  # t(0.975, 1) · sd / √2 of 0.6 and 0.8
    assert (slow.mean, slow.seeds, slow.n) == (pytest.approx(0.7), 2, 4)
    assert (slow.high - slow.low) / 2 == pytest.approx(half)
    assert found.rows[0].cells["score"].seeds == 1  # people are the same in both
    assert tabulated(runs[:2]).rows[2].setting == ""


def test_rows_are_called_in_the_recipes_words(tmp_path):
    scores = [0.7, 0.9, 0.8, 0.8]
    levels = [run(tmp_path, f"people-{n}", scores, seed=n, recipe="mario") for n in (1, 2)]
    found = tabulated(levels)
    assert [r.label for r in found.rows] == ["the maps, held out", "prior", "trained"]
    assert [r.row for r in found.rows] == list(ROWS), "for programs they are called as ever"
    assert "the maps, held out & prior & trained" in as_latex(found)
    write_study(levels, tmp_path / "study")
    page = (tmp_path / "study" / "report.html").read_text()
    said = re.sub(r"<(style|script)>.*?</\1>|<[^>]*>", "", page, flags=re.DOTALL)
    assert "The maps, the prior, its best, and what was trained" in said
    assert "; the maps, held out 50.00, prior 50.00." in said
    assert "people-1: its works are in people-1/report.html" in said
    assert "runs of four columns" in said
    assert "human" not in said
    assert not re.search("people(?!-[12])", said, re.IGNORECASE)


def test_runs_of_several_kinds_are_spoken_of_in_general_words(tmp_path):
    one, two, three, unknown = (
        run(tmp_path, f"r-{name}", [0.5, 0.7, 0.6, 0.6], recipe=name)
        for name in ("tune", "chorale", "mario", "somebodys")
    )
    assert compared([one, two]).words == TUNE_WORDS
    assert compared([one, three]).words == Words()
    page = write_comparison(compared([one, two]), tmp_path / "out").read_text()
    assert "runs of four moves" in page
    assert tabulated([unknown]).rows[0].label == "human held-out"


def test_csv_is_read_back_to_the_last_bit(runs):
    found = tabulated(runs)
    lines = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert len(lines) == 6 * 3
    told = next(x for x in lines if x["row"] == "trained" and x["measure"] == "score")
    assert float(told["mean"]) == found.rows[2].cells["score"].mean
    assert float(told["high"]) == found.rows[2].cells["score"].high
    assert (told["setting"], told["seeds"]) == ("learn.learning_rate = 0.001", "2")
    whole = next(x for x in lines if x["row"] == "prior" and x["measure"] == "distinct-4")
    assert (whole["mean"], whole["low"]) == ("0.25", "")


def test_latex_is_whole(runs):
    text = as_latex(tabulated(runs))
    body = [line for line in text.splitlines() if line.endswith(r"\\")]
    columns = re.search(r"\\begin\{tabular\}\{(\w+)\}", text)[1]
    assert columns == "l" + "r" * 6
    assert {len(re.findall(r"(?<!\\)&", line)) for line in body} == {6}
    bare = re.sub(r"\\[{}]", "", text)
    assert bare.count("{") == bare.count("}")
    assert text.count("$") % 2 == 0
    assert r"\begin{tabular}" in text
    assert text.rstrip().endswith(r"\end{tabular}")
    assert r"learn.learning\_rate = 0.001" in text
    assert "a watch & " in text
    assert r"$0.700 \pm 1.271$" in text
    outside_maths = re.sub(r"\$[^$]*\$", "", text)
    assert not re.search(r"(?<!\\)[_#^~]", outside_maths)


def test_every_sign_of_latex_is_escaped():
    assert escaped(r"50 % of {a_b} & #1 ~ $x^2\n") == (
        r"50 \% of \{a\_b\} \& \#1 \textasciitilde{} \$x\textasciicircum{}2\textbackslash{}n"
    )


HOSTILE = "=HYPERLINK(1)\x1b[31m\n\\input{/etc/passwd}%"


def test_hostile_words_are_text_in_csv_and_latex(tmp_path):
    folder = run(tmp_path, "s1", [0.5, 0.7, 0.6, 0.6])
    columns = dict(np.load(folder / "compared.npz"))
    columns |= {f"{row}/{HOSTILE}": columns[f"{row}/score"] for row in ROWS}
    np.savez_compressed(folder / "compared.npz", **columns)
    found = tabulated([folder])
    cells = [row["measure"] for row in csv.DictReader(io.StringIO(as_csv(found)))]
    assert "'=HYPERLINK(1) [31m \\input{/etc/passwd}%" in cells
    assert not any(cell[:1] in "=+-@" or not cell.isprintable() for cell in cells)
    [line] = [line for line in as_latex(found).splitlines() if "HYPERLINK" in line]
    said = r"=HYPERLINK(1) [31m \textbackslash{}input\{/etc/passwd\}\%"
    assert line.startswith(said + " &")


def test_only_the_measures_asked_for(runs):
    found = tabulated(runs, only=["distinct-4"])
    assert found.measures == ["distinct-4"]
    assert all(list(row.cells) == ["distinct-4"] for row in found.rows)
    with pytest.raises(ConfigError, match=r"scroe.*there are: score, a_watch"):
        tabulated(runs, only=["scroe"])


def test_what_was_evaluated_is_tabulated_from_the_newest_evaluation(runs, tmp_path):
    with pytest.raises(RunError, match="not evaluated yet: makar evaluate"):
        tabulated(runs[:2], evaluation=True)
    for folder, mean in zip(runs[:2], (1.0, 3.0), strict=True):
        place = folder / "evaluation"
        place.mkdir()
        estimate = {"mean": mean, "low": mean - 1, "high": mean + 1, "n": 50}
        rows = [{"row": r, "n": 50, "seeds": 1, "measures": {"makar-FD": estimate}} for r in ROWS]
        (place / "summary.json").write_text(json.dumps(rows))
    found = tabulated(runs[:2], evaluation=True)
    trained, people = found.rows[2].cells["makar-FD"], found.rows[0].cells["makar-FD"]
    assert (trained.mean, trained.seeds, trained.n) == (2, 2, 100)
    assert (trained.high - trained.low) / 2 == pytest.approx(12.706204736, rel=1e-6)
    assert (people.mean, people.low, people.seeds) == (1, 0, 1)
    (runs[0] / "evaluation" / "summary.json").write_text("[{}]")
    with pytest.raises(RunError, match="damaged"):
        tabulated(runs[:2], evaluation=True)


def test_runs_side_by_side(runs, tmp_path):
    found = compared([runs[0], runs[2]])
    assert found.settings == {"learn.learning_rate": ["0.001", "0.01"]}
    assert found.paired == ["fast"]  # the same prior and draws
    change = found.differences["fast"]["score"]
    assert change.mean == pytest.approx(0.3)
    # pairs differ by .4 .2 .2 .4: t = .3 / (.11547 / 2) = 5.196 on 3 degrees, p = 0.0138
    assert change.p == pytest.approx(0.01385, abs=1e-4)
    assert found.mark("score", "fast") == " ▲"
    assert found.mark("a_watch", "fast") == ""
    page = write_comparison(found, tmp_path / "out")
    text = page.read_text()
    assert "iteration 2" in text
    assert "learn.learning_rate" in text
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["runs"] == ["s1", "fast"]
    with pytest.raises(FileExistsError):
        write_comparison(found, tmp_path / "out")


def test_other_draws_are_compared_by_welch(tmp_path):
    one = run(tmp_path, "one", [0.5, 0.7, 0.6, 0.6])
    other = run(tmp_path, "other", [0.9, 0.9, 0.8, 1.0, 0.9], works=5)
    found = compared([one, other])
    assert found.paired == []
    assert "Welch" in found.note
    assert found.differences["other"]["score"].mean == pytest.approx(0.3)


def test_what_cannot_be_compared_is_refused(runs, tmp_path):
    (runs[1] / "compared.npz").unlink()
    with pytest.raises(RunError, match="makar train --resume"):
        compared(runs[:2])
    twin = run(tmp_path / "elsewhere", "s1", [0.5, 0.5, 0.5, 0.5])
    with pytest.raises(RunError, match="told apart by their names"):
        compared([runs[0], twin])
    (runs[0] / "config.toml").write_text("not = toml = at all")
    with pytest.raises(RunError, match=r"config\.toml: cannot be read"):
        tabulated(runs[:1])
