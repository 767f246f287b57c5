"""What moves on a page that is full of hostile words: drawers, sheets, forms and their errors."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hostile.words import Words
from tests.browser.hostile.yardstick import Place, Walk
from tests.support.console import Console
from tests.support.studio import Studio, wait_for

WORDS = Words(are_hostile=True)
LINK = re.compile(r"owner's account: http://[^/]+(/account/owner/\S+)")
ADDRESS = "http://127.0.0.1:9/v1"
LOOSEN = """() => {
  for (const form of document.forms) form.noValidate = true;
  for (const field of document.querySelectorAll("input")) {
    field.removeAttribute("maxlength");
    if (["number", "email"].includes(field.type)) field.type = "text";
  }
}"""


@pytest.fixture(autouse=True)
def _pardoned(console: Console) -> None:
    """Fields for numbers can't hold words, and a form with errors comes back as 422."""
    console.pardon("The specified value|422")


def fill(page: Page, **texts: str) -> None:
    for name, text in texts.items():
        page.locator(f"[name={name}]").fill(text)


def loosen(page: Page) -> None:
    """Take away what keeps an honest person from sending such words."""
    page.evaluate(LOOSEN)


def save(page: Page) -> None:
    page.locator("[name=_save]").click()


def test_the_drawer(use: Walk) -> None:
    use.open("/history/?view=list")
    row = use.page.locator(f"tr[data-generation='{use.here.ids['generation']}']")
    row.locator("[data-drawer]").click()
    expect(use.page.locator("#drawer .facts")).to_be_visible()
    use.judge()
    assert use.missed(("prompt", "run-model", "gateway", "reply", "sent", "message", "body")) == {}


def test_the_lightbox(use: Walk) -> None:
    use.open("/generations/{generation}/")
    use.page.locator("a[data-lightbox]").first.click()
    expect(use.page.locator("dialog.lightbox img")).to_have_attribute("alt", re.compile("^alt-0 "))
    use.judge()


def test_the_sheet_of_drafts(use: Walk) -> None:
    use.open("/?draft={draft}")
    use.page.locator("[popovertarget=drafts-sheet]").click()
    expect(use.page.locator("#drafts .draft-rows li").nth(80)).to_be_visible()
    use.judge()
    assert use.missed(["draft"]) == {}
    use.page.get_by_label("Name", exact=True).fill(WORDS.all("renamed")[:80])
    use.page.get_by_role("button", name="Rename").click()
    expect(use.page.locator("#draft-title")).to_contain_text("renamed-0 <script>")
    use.judge()
    use.page.locator("#drafts .draft-rows li").nth(3).get_by_role("button").click()
    expect(use.page.locator("#drafts [data-toast]")).to_be_visible()
    use.judge()


def test_what_is_typed_and_saved(use: Walk) -> None:
    use.open("/?new")
    use.page.get_by_label("Prompt", exact=True).fill(WORDS.all("typed"))
    expect(use.page.locator("#draft-line")).to_have_text("Saved")
    expect(use.page.locator("#draft-title")).to_contain_text("typed-0 <script>")
    use.judge()


def test_a_composer_with_errors(use: Walk) -> None:
    use.open("/?draft={draft}")
    loosen(use.page)
    use.page.locator("#composer .go .primary").click()
    expect(use.page.locator("#composer .field-error").first).to_be_attached()
    use.judge()
    assert use.missed(("draft-prompt", "draft-system", "draft-stop", "draft-logit-bias")) == {}


def test_a_generation_that_goes_and_comes_back(use: Walk) -> None:
    use.open("/history/?view=list")
    use.open("/generations/{generations[7]}/")
    use.page.get_by_role("button", name="Delete").click()
    use.page.wait_for_url(re.compile("/history/.undo="))
    use.judge()
    with use.page.expect_navigation():
        use.page.get_by_role("button", name="Undo").click()
    expect(use.page.locator("[data-toast]")).to_have_count(0)
    use.judge()


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/admin/records/gateway/add/", ("name", "base_url", "new_key")),
        ("/admin/records/gateway/{gateway}/change/", ("name", "base_url", "new_key")),
        ("/admin/records/model/add/", ("name", "description", "most_runs")),
        ("/admin/records/user/add/", ("username", "password1", "password2")),
        ("/admin/records/user/{user}/change/", ("username", "first_name", "email")),
        ("/admin/records/user/{user}/password/", ("password1", "password2")),
        ("/admin/auth/group/add/", ("name",)),
        ("/admin/password_change/", ("old_password", "new_password1", "new_password2")),
    ],
)
def test_a_form_of_admin_with_errors(use: Walk, path: str, names: tuple[str, ...]) -> None:
    use.open(path)
    loosen(use.page)
    fill(use.page, **{name: WORDS.all(f"form-{name.replace('_', '-')}") for name in names})
    use.page.locator(".submit-row [type=submit]:visible").first.click()
    expect(use.page.locator(".errorlist, .errornote").first).to_be_visible()
    use.judge()


def test_what_admin_says_after_saving_and_deleting(use: Walk) -> None:
    name = WORDS.all("added")[:150]
    use.open("/admin/auth/group/add/")
    fill(use.page, name=name)
    save(use.page)
    expect(use.page.locator(".messagelist")).to_contain_text("added-0 <script>")
    use.judge()
    use.page.get_by_role("link", name="added-0 <script>").first.click()
    use.page.locator(".deletelink").click()
    expect(use.page.locator("#content")).to_contain_text("added-0 <script>")
    use.judge()
    use.page.locator("#content form [type=submit]").click()
    expect(use.page.locator(".messagelist")).to_contain_text("deleted")
    use.judge()


def test_a_row_that_is_added_in_a_window_of_its_own(use: Walk) -> None:
    use.open("/admin/records/model/add/")
    with use.page.expect_popup() as opened:
        use.page.locator("#add_id_gateway").click()
    popup = opened.value
    fill(popup, name="popup-0 <script>window.caught=1</script>"[:80], base_url=ADDRESS)
    with popup.expect_event("close"):
        save(popup)
    expect(use.page.locator("#id_gateway option:checked")).to_contain_text("popup-0 <script>")
    use.judge()


def test_signing_in_with_a_hostile_name(page: Page, used_place: Place) -> None:
    walk = Walk(page, Place(used_place.studio, WORDS))
    walk.open("/account/login/?next={words}")
    loosen(page)
    fill(page, username=WORDS.all("sign-in"), password=WORDS.all("password"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    walk.judge()
    assert walk.missed(["sign-in"]) == {}


def test_becoming_the_owner_with_a_hostile_name(page: Page, studio: Studio) -> None:
    link = wait_for(lambda: LINK.search(studio.log))
    assert link
    walk = Walk(page, Place(studio, WORDS))
    walk.open(link[1])
    loosen(page)
    fill(page, username=WORDS.all("name"), password1="short", password2="other")
    page.get_by_role("button", name="Make my account").click()
    expect(page.locator(".field-error").first).to_be_visible()
    walk.judge()
    assert walk.missed(["name"]) == {}
