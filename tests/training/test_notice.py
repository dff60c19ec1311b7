"""What is said in an exported file of whom the work resembles."""

from types import SimpleNamespace

from makar.runs.entry import Entry
from makar.training.export import notice_of


def test_a_strangers_title_is_one_line_of_visible_signs(tmp_path):
    title = "Reel\nT: mine\r%%abc\x1b[31m\u202e" + "x" * 10_000
    entry = Entry(0, 0, "after", b"", "test", source=title, licence="CC0\n1.0", id="22222222")
    craft = SimpleNamespace(original="")
    folder = SimpleNamespace(path=tmp_path / "run")
    notice = notice_of(folder, entry, craft, named=True)
    assert notice.isprintable()
    assert "Reel T: mine %%abc [31m" in notice
    assert len(notice) < 1_000
