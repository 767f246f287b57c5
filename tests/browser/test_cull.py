"""Culling at the screen: by keys alone, faster than the server, and while it is away."""

from collections import Counter
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any, Final

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import with_models
from tests.browser.gateway import PAINTER, WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.browser.test_failures import png
from tests.browser.test_looks import complaints
from tests.browser.test_narrow import phone
from tests.support.console import Console
from tests.support.studio import Studio, wait_for

# What is typed over and over, and what it comes to.
KEYS: Final = ("x", "x", ".", "3", "5", "x", "Space", "ArrowRight", "x", "0")
SAID: Final = {
    ".": {"is_starred": 1},
    "x": {"is_rejected": 1},
    **{str(stars): {"rating": stars} for stars in range(6)},
}
UNMARKED: Final = {"is_starred": 0, "is_rejected": 0, "rating": 0, "deleted_at": None}
AT_REST: Final = """() =>
  !Object.keys(sessionStorage).some((name) => name.startsWith("cull-")) && location.search.includes(
    document.querySelector(".candidate:not([hidden])").dataset.candidate)"""
REFUSED: Final = "ERR_(CONNECTION|EMPTY|FAILED)"


def fill(screen: Screen, gateway: Gateway, count: int) -> str:
    """Make so many generations with a picture each; return the newest one's id."""
    screen.open()
    card = screen.generate("To be culled", PAINTER)
    gateway.talk().finish(f"![a]({gateway.hang('cull', png('teal'))})")
    ended(card)
    screen.ledger.copy(pk_of(card), count - 1)
    return pk_of(card)


@pytest.fixture
def ten(desk: Screen, gateway: Gateway) -> str:
    """Ten generations to be culled, on the open page."""
    newest = fill(desk, gateway, 10)
    desk.open("/history/cull/")
    return newest


def stands_at(screen: Screen, number: int) -> None:
    expect(screen.page.locator("#position")).to_have_text(str(number))


def all_kept(screen: Screen) -> None:
    """Wait until nothing is on its way, and the address says where the walk stands."""
    screen.page.wait_for_function(AT_REST)


def came_to(screen: Screen, words: str) -> None:
    expect(screen.page.get_by_role("heading", name=words)).to_be_visible()


def expected(keys: list[str]) -> list[dict[str, Any]]:
    """How the ledger must look after these keys, in order."""
    return [UNMARKED | SAID.get(key, {}) for key in keys]


def test_a_hundred_are_culled_by_keys_alone(desk: Screen, gateway: Gateway) -> None:
    newest = fill(desk, gateway, 100)
    keyboard = desk.page.keyboard
    desk.open("/history/")
    desk.page.get_by_role("link", name="Cull", exact=True).press("Enter")
    desk.page.wait_for_url("**/history/cull/**")
    typed = list(islice(cycle(KEYS), 100))
    for number, key in enumerate(typed, 1):
        stands_at(desk, number)
        expect(desk.page.locator("#reel img:visible")).to_have_count(1)
        keyboard.press(key)
    counted = Counter(typed)
    rejected, starred = counted["x"], counted["."]
    left = 100 - rejected - starred
    came_to(desk, f"100 looked at: {starred} starred, {rejected} rejected, {left} left")
    assert desk.ledger.marks(newest) == expected(typed)
    keyboard.press("Enter")
    expect(desk.page.get_by_text(f"{rejected} moved to the trash.")).to_be_visible()
    gone = [row["deleted_at"] is not None for row in desk.ledger.marks(newest)]
    assert gone == [key == "x" for key in typed]
    desk.page.get_by_role("button", name="Undo it").press("Enter")
    expect(desk.page.get_by_text(f"{rejected} as they were before.")).to_be_visible()
    assert desk.ledger.marks(newest) == expected(typed)
    keyboard.press("Escape")
    expect(desk.page.get_by_role("heading", name="History")).to_be_visible()


def test_verdicts_typed_faster_than_the_server_answers_are_kept_in_order(
    desk: Screen, gateway: Gateway
) -> None:
    newest = fill(desk, gateway, 60)
    asked: list[str] = []

    def slowly(route: Route) -> None:
        asked.append(route.request.post_data or "")
        desk.page.wait_for_timeout(30)
        route.continue_()

    desk.page.route("**/history/cull/verdict/", slowly)
    desk.open("/history/cull/")
    typed = list(islice(cycle(KEYS), 40))
    for key in typed:
        desk.page.keyboard.press(key)
    stands_at(desk, 41)
    all_kept(desk)
    assert desk.ledger.marks(newest)[:40] == expected(typed)
    assert len(asked) == len(set(asked)) == 40


def test_the_next_picture_is_there_when_a_key_is_pressed(desk: Screen, ten: str) -> None:
    ahead = "[...document.querySelectorAll('.candidate[hidden] img')].slice(0, 2)"
    desk.page.wait_for_function(
        f"() => {ahead}.every((image) => image.complete && image.naturalWidth)"
    )
    shown = desk.page.evaluate(
        """() => new Promise((tell) => {
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "x", bubbles: true }));
          requestAnimationFrame(() => {
            const image = document.querySelector(".candidate:not([hidden]) img");
            const position = document.getElementById("position").textContent;
            tell([image.complete, image.naturalWidth > 0, position]);
          });
        })"""
    )
    assert shown == [True, True, "2"]


@pytest.mark.parametrize("undo", ["u", "Control+z"])
def test_undo_goes_back_verdict_by_verdict_also_after_a_reload(
    desk: Screen, ten: str, undo: str
) -> None:
    keyboard = desk.page.keyboard
    for key in ("x", ".", "Space", "4"):
        keyboard.press(key)
    keyboard.press(undo)
    stands_at(desk, 4)
    all_kept(desk)
    assert desk.ledger.marks(ten)[:4] == expected(["x", ".", "Space", "Space"])
    desk.page.reload()
    keyboard.press(undo)
    stands_at(desk, 2)
    keyboard.press(undo)
    stands_at(desk, 1)
    all_kept(desk)
    assert desk.ledger.marks(ten) == [UNMARKED] * 10


def test_back_and_forth_leave_verdicts_as_they_are(desk: Screen, ten: str) -> None:
    for key in ("x", "5", "ArrowLeft", "ArrowLeft"):
        desk.page.keyboard.press(key)
    stands_at(desk, 1)
    expect(desk.page.locator(".candidate:visible")).to_contain_text("Rejected")
    for _ in range(2):
        desk.page.keyboard.press("ArrowRight")
    stands_at(desk, 3)
    all_kept(desk)
    assert desk.ledger.marks(ten)[:2] == expected(["x", "5"])


def test_a_key_that_is_held_down_is_one_verdict(desk: Screen, ten: str) -> None:
    desk.page.keyboard.down("x")
    desk.page.keyboard.down("x")
    desk.page.keyboard.up("x")
    stands_at(desk, 2)


def test_what_is_typed_while_the_studio_is_away_is_kept_when_it_is_back(
    page: Page, start_studio: Callable[..., Studio], gateway: Gateway, console: Console
) -> None:
    console.pardon(REFUSED)
    environ = {
        "MODELLESS_BASE_URL": f"{gateway.origin}/v1",
        "MODELLESS_API_KEY": "sk-away-0123456789",
    }
    studio = with_models(start_studio(**environ), PAINTER)
    screen = Screen(page, studio)
    newest = fill(screen, gateway, 10)
    screen.open("/history/cull/")
    page.keyboard.press("x")
    assert wait_for(lambda: screen.ledger.marks(newest)[0]["is_rejected"])
    studio.stop()
    for key in (".", "3", "x"):
        page.keyboard.press(key)
    expect(page.get_by_role("alert")).to_contain_text(
        "3 verdicts are not kept yet: the studio does not answer."
    )
    stands_at(screen, 5)
    start_studio(studio.data_dir, MODELLESS_PORT=studio.url.rpartition(":")[2], **environ)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    assert screen.ledger.marks(newest)[:4] == expected(["x", ".", "3", "x"])


def test_a_reload_takes_up_what_was_not_kept_yet(desk: Screen, ten: str, console: Console) -> None:
    console.pardon(REFUSED)
    desk.page.on("dialog", lambda dialog: dialog.accept())
    desk.page.route("**/history/cull/verdict/", lambda route: route.abort())
    for key in ("x", "4", "."):
        desk.page.keyboard.press(key)
    expect(desk.page.get_by_role("alert")).to_contain_text("3 verdicts are not kept yet")
    desk.page.wait_for_url("**&at=*")
    desk.page.unroute("**/history/cull/verdict/")
    desk.page.reload()
    all_kept(desk)
    assert desk.ledger.marks(ten)[:3] == expected(["x", "4", "."])


def test_single_keys_that_are_off_give_no_verdict(desk: Screen, ten: str) -> None:
    desk.page.evaluate("localStorage.setItem('single-keys', 'off')")
    desk.page.keyboard.press("x")
    desk.page.keyboard.press("ArrowRight")
    stands_at(desk, 2)
    assert desk.ledger.marks(ten) == [UNMARKED] * 10


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_every_verdict_is_a_form(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.choose(PAINTER)
    desk.prompt.fill("On paper")
    desk.go.click()
    gateway.talk().finish(f"![a]({gateway.hang('paper', png('teal'))})")
    expect(desk.page.get_by_role("img").first).to_be_visible()
    newest = desk.page.url.rstrip("/").rpartition("/")[2]
    desk.ledger.copy(newest, 3)
    desk.open("/history/cull/")
    button = desk.page.get_by_role("button")
    for number, name in enumerate(["Reject", "Star", "3 of 5"], 1):
        stands_at(desk, number)
        button.filter(has_text=name).or_(desk.page.get_by_label(name)).first.click()
    button.filter(has_text="Undo").click()
    stands_at(desk, 3)
    for _ in range(2):
        button.filter(has_text="Next").click()
    came_to(desk, "4 looked at: 1 starred, 1 rejected, 2 left")
    assert desk.ledger.marks(newest) == expected(["x", ".", "Space", "Space"])
    button.filter(has_text="Move to the trash").click()
    expect(desk.page.get_by_text("1 moved to the trash.")).to_be_visible()
    button.filter(has_text="Undo it").click()
    assert desk.ledger.marks(newest) == expected(["x", ".", "Space", "Space"])


@phone
def test_on_a_phone_it_is_tapped_and_swiped(desk: Screen, gateway: Gateway) -> None:
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    newest = fill(desk, gateway, 5)
    desk.page.set_viewport_size({"width": 390, "height": 844})
    desk.open("/history/cull/")
    assert desk.sideways() <= 0
    boxes = desk.page.locator("body.cull :is(button, a):visible").evaluate_all(
        "all => all.map((one) => [one.textContent.trim(), one.getBoundingClientRect().height])"
    )
    assert [name for name, height in boxes if height < 43.5] == []
    desk.page.get_by_role("button", name="Reject").tap()
    stands_at(desk, 2)
    swipe(desk.page, 200)
    stands_at(desk, 3)
    swipe(desk.page, -200)
    stands_at(desk, 4)
    swipe(desk.page, 0, -200)
    stands_at(desk, 5)
    all_kept(desk)
    assert desk.ledger.marks(newest)[:4] == expected(["x", ".", "x", "Space"])


@phone
def test_what_is_longer_than_the_window_is_moved_by_the_finger(
    desk: Screen, gateway: Gateway
) -> None:
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.open()
    card = desk.generate("A long poem", WRITER)
    gateway.talk().finish("\n\n".join(["One more line."] * 60))
    ended(card)
    desk.ledger.copy(pk_of(card), 2)
    desk.page.set_viewport_size({"width": 390, "height": 844})
    desk.open("/history/cull/")
    swipe(desk.page, 0, -200)
    poem = desk.page.locator(".candidate:visible .prose")
    assert wait_for(
        lambda: poem.evaluate("prose => prose.closest('.choices').scrollTop + prose.scrollTop") > 0
    )
    stands_at(desk, 1)


@phone
def test_a_large_picture_stays_inside_a_phone(desk: Screen, gateway: Gateway) -> None:
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.open()
    card = desk.generate("A long prompt without an end " * 9, PAINTER)
    gateway.talk().finish(f"![a]({gateway.hang('large', png('teal', (1600, 2400)))})")
    ended(card)
    desk.page.set_viewport_size({"width": 390, "height": 844})
    desk.open("/history/cull/?q=-a-word-that-nobody-would-ever-write-into-a-prompt")
    assert desk.sideways() <= 0
    for part in (desk.page.locator("#reel img"), desk.page.locator("#leave")):
        box = part.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_verdicts_are_given_by_mouse(desk: Screen, ten: str) -> None:
    button = desk.page.get_by_role("button")
    for number, name in enumerate(["Reject", "Star", "Next"], 1):
        stands_at(desk, number)
        button.filter(has_text=name).click()
    desk.page.get_by_label("4 of 5").click()
    stands_at(desk, 5)
    desk.page.get_by_role("link", name="Back").click()
    stands_at(desk, 4)
    button.filter(has_text="Undo").click()
    all_kept(desk)
    assert desk.ledger.marks(ten)[:4] == expected(["x", ".", "Space", "Space"])
    desk.page.get_by_role("link", name="Finish").click()
    came_to(desk, "3 looked at: 1 starred, 1 rejected, 1 left")


def swipe(page: Page, across: int, down: int = 0) -> None:
    """Move a finger over the picture."""
    hand = page.context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (195, 400))
    for part in (0.3, 0.6, 1):
        touch("touchMove", (195 + part * across, 400 + part * down))
    touch("touchEnd")


@pytest.mark.parametrize("place", ["pictures", "summary", "nothing"])
def test_axe_finds_nothing(desk: Screen, ten: str, place: str) -> None:
    if place == "summary":
        desk.page.keyboard.press("x")
        desk.page.get_by_role("link", name="Finish").click()
        came_to(desk, "1 looked at")
    elif place == "nothing":
        desk.open("/history/cull/?q=nothing-like-this")
    assert complaints(desk.page) == []
