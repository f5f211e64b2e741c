"""Somebody in front of a browser, in the words of the stories."""

import email
import email.policy
import re
from pathlib import Path
from typing import Self

from playwright.sync_api import Locator, Page, expect
from tests.journeys.commune import PASSWORD

# signing and drawing a PDF take their time on a busy machine
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


class Visitor:
    """What people do on any page. `page` is there for what only one story needs."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(PATIENCE)

    def opens(self, address: str) -> Self:
        self.page.goto(address)
        return self

    def signs_in(self, username: str) -> Self:
        """On the sign-in page; opens it when elsewhere."""
        if "/dang-nhap/" not in self.page.url:
            self.page.goto("/dang-nhap/")
        self.page.get_by_label("Tên đăng nhập").fill(username)
        self.page.get_by_label("Mật khẩu").fill(PASSWORD)
        self.page.locator("main").get_by_role("button", name="Đăng nhập").click()
        expect(self.page.locator(".account-menu")).to_be_visible()
        return self

    def looks_for(self, words: str) -> Self:
        box = self.page.locator("main").get_by_role("searchbox").first
        box.fill(words)
        box.press("Enter")
        return self

    def follows(self, link: str) -> Self:
        self.page.locator("main").get_by_role("link", name=link).first.click()
        return self

    def presses(self, button: str) -> Self:
        self.page.locator("main").get_by_role("button", name=button).first.click()
        return self

    def strikes(self, key: str) -> Self:
        """A shortcut; the page listens for it once it is loaded whole."""
        self.page.wait_for_load_state()
        self.page.keyboard.press(key)
        return self

    def unfolds(self, summary: str) -> Self:
        self.page.locator("main summary").filter(has_text=summary).first.click()
        return self

    def sees(self, *texts: str) -> Self:
        for text in texts:
            expect(self.page.locator("body")).to_contain_text(text, use_inner_text=True)
        return self

    def sees_no(self, text: str) -> Self:
        expect(self.page.locator("body")).not_to_contain_text(text, use_inner_text=True)
        return self

    def sees_title(self, text: str) -> Self:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text)
        return self

    def answers(self, question: str, answer: str) -> Self:
        """Fill a question of a form, whatever kind it is: text, date (dd/mm/yyyy), choice, list, place, tick."""
        field = self.question(question)
        field.wait_for()
        _answer(field, answer)
        return self

    def question(self, label: str) -> Locator:
        asked = self.page.locator("label, legend").filter(has_text=re.compile(rf"^\s*{re.escape(label)}"))
        return self.page.locator("main .field").filter(has=asked).first

    def uploads(self, file: Path, as_: str) -> Self:
        self.page.get_by_label(re.compile(f"^{re.escape(as_)}")).first.set_input_files(file)
        return self

    def downloads(self, link: str) -> bytes:
        with self.page.expect_download() as download:
            self.page.locator("main").get_by_role("link", name=link).first.click()
        return Path(download.value.path()).read_bytes()

    def fetches(self, address: str) -> bytes:
        """The content behind an address, with this person's session: a PDF that a browser would show."""
        answer = self.page.request.get(address)
        assert answer.ok, f"{answer.status} {address}"
        return answer.body()

    def address_of(self, link: str) -> str:
        address = self.page.locator("main").get_by_role("link", name=link).first.get_attribute("href")
        assert address
        return address


def _answer(field: Locator, answer: str) -> None:
    if field.locator("ts-unit-picker").count():
        _choose_place(field, answer)
    elif field.locator(".tsf-date").count():
        for box, value in zip(field.locator(".tsf-date input").all(), answer.split("/"), strict=True):
            box.fill(value)
    elif field.locator("input[type=radio]").count():
        field.get_by_label(answer, exact=True).check()
    elif field.locator("input[type=checkbox]").count():
        field.get_by_role("checkbox").check()
    elif field.locator("select").count():
        field.locator("select").select_option(label=answer)
    else:
        field.locator("input, textarea").first.fill(answer)


def _choose_place(field: Locator, name: str) -> None:
    box = field.get_by_role("combobox").last
    box.fill(name)
    field.get_by_role("option", name=name).first.click()


def words_to(address: str, folder: Path) -> str:
    """What the latest letter to somebody says."""
    letters = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for file in sorted(folder.glob("*.eml"), key=_made)
    ]
    letter = [letter for letter in letters if address in letter["to"]][-1]
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def _made(file: Path) -> int:
    return file.stat().st_mtime_ns
