"""The report in a real browser, cut off from any network."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import tiny_run
from makar.domains.music.melody.grid import MelodyGrids
from makar.domains.music.rewards.novelty import CopyIndex
from makar.reporting.report import write_report

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    root = tmp_path_factory.mktemp("runs")
    run = tiny_run.make(root, iterations=4, updates=25, works=32)
    after = [run.creator.craft.unpack(e.content) for e in run.folder.ledger.query(phase="after")]
    index = CopyIndex.of(MelodyGrids.stack(after).melodies)
    run.creator.craft = replace(run.creator.craft, index=index)
    path = write_report(run.folder, run.creator, run.rows, bands=run.bands, show=2)
    run.folder.close()
    alone = tmp_path_factory.mktemp("alone") / "report.html"
    shutil.copy(path, alone)  # without the folder it came from
    return alone


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="the playwright package is missing")
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's chromium is missing: apt-get install chromium")
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visit:
    """A page that was opened, with all that it asked for and complained of."""

    def __init__(self, browser, report, **context):
        self.requests, self.complaints = [], []
        self.context = browser.new_context(offline=True, **context)
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(report.as_uri())


@pytest.fixture
def visit(browser, report):
    visits = []

    def open_page(**context):
        visits.append(Visit(browser, report, **context))
        return visits[-1]

    yield open_page
    for visited in visits:
        visited.context.close()


def test_it_opens_offline_and_asks_for_nothing(visit, report):
    seen = visit()
    assert [url for url in seen.requests if not url.startswith("data:")] == [report.as_uri()]
    assert seen.complaints == []
    assert seen.page.title() == "Eight bars in 6/8, D major · makar"
    headings = seen.page.locator("h2").all_inner_texts()
    assert [h.split("\n")[-1] for h in headings][:3] == [
        "Before and after", "What changed", "What resembles a source",
    ]  # fmt: skip


def test_every_work_can_be_heard(visit):
    seconds = visit().page.evaluate(
        """() => Promise.all([...document.querySelectorAll('audio')].map(audio =>
            new Promise((resolve, reject) => {
                audio.onloadedmetadata = () => resolve(audio.duration);
                audio.onerror = () => reject(new Error(audio.error.message));
                audio.preload = 'metadata';
                audio.load();
            })))"""
    )
    assert len(seconds) == 6
    # eight bars of 6/8 at 104 dotted quarters a minute, and 1.2 seconds to ring out
    assert all(8 < s < 11 for s in seconds)


def test_one_sounds_at_a_time_and_after_follows_before(visit):
    page = visit().page
    page.get_by_role("button", name="Play before, then after").click()
    before, after = page.locator("[data-pair] audio").element_handles()
    page.wait_for_function("audio => !audio.paused && audio.duration > 0", arg=before)
    before.evaluate("audio => { audio.currentTime = audio.duration - 0.05; }")
    page.wait_for_function("audio => !audio.paused", arg=after)
    before.evaluate("audio => audio.play()")
    page.wait_for_function("audio => audio.paused", arg=after)


@pytest.mark.parametrize("width", [320, 390, 820, 1280, 1920])
def test_nothing_sticks_out(visit, width):
    page = visit(viewport={"width": width, "height": 844}).page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_pair_is_on_the_first_screen(visit):
    page = visit(viewport={"width": 1280, "height": 900}).page
    for audio in page.locator("[data-pair] audio").all():
        box = audio.bounding_box()
        assert box["y"] + box["height"] <= 900


def test_light_and_dark(visit):
    papers = [
        visit(color_scheme=scheme).page.evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert papers == ["rgb(251, 249, 243)", "rgb(22, 21, 19)"]


def test_it_can_be_read_with_the_keyboard_and_without_motion(visit):
    page = visit(reduced_motion="reduce").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the works"
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    names = page.locator("audio").evaluate_all("all => all.map(a => a.ariaLabel)")
    assert names[0].startswith("Before ")
    assert all(names)


def test_a_link_into_something_folded_opens_it(visit):
    page = visit().page
    page.locator("a.term").first.click()
    target = page.evaluate("location.hash.slice(1)")
    assert page.locator(f"#{target}").is_visible()


def test_hostile_titles_are_only_text(visit):
    page = visit().page
    assert page.title() != "gone"
    assert page.locator("cite", has_text="<script>").count() > 0
    assert page.locator("img").count() == 0


def test_no_script_no_loss(visit):
    page = visit(java_script_enabled=False).page
    assert page.locator("[data-pair] audio").count() == 2
    assert page.locator("button.both").count() == 0
