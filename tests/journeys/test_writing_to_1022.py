"""Somebody asks 1022 from a telephone, by form and by chat; an agent at a desk answers while they look on."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from tests.conftest import PHONE
from tests.journeys.commune import Commune
from tests.journeys.people import PATIENCE, Visitor
from tests.journeys.test_hotline import line  # noqa: F401 - the line 1022 with its agents

from tinhso.services.hotline.actions.agents import set_state
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.desk_tables import CallTicket
from tinhso.services.hotline.models import Agent, Line
from tinhso.services.hotline.quality_tables import Survey

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(open_browser: Callable[..., Page]) -> Page:
    page = open_browser(viewport=PHONE, has_touch=True)
    page.set_default_timeout(PATIENCE)
    return page


def test_a_chat_from_a_telephone_is_answered_with_an_article_and_rated(
    commune: Commune,
    line: Line,  # noqa: F811
    at_a_desk: Callable[[str], Visitor],
    phone: Page,
) -> None:
    phone.goto("/tong-dai/tro-chuyen/")
    expect(phone.locator("main")).to_contain_text("Lúc này không có ai ở bàn trò chuyện")
    set_state(Agent.objects.get(extension="201"), "ready", by=Agent.objects.get(extension="201").person)
    phone.reload()
    phone.get_by_label("Bạn muốn hỏi gì").fill("Lệ phí chứng thực bao nhiêu?")
    phone.get_by_role("button", name="Bắt đầu trò chuyện").dblclick()
    expect(phone.locator("#thread")).to_contain_text("Đang chờ người trực nhận", timeout=PATIENCE)
    assert Conversation.objects.count() == 1

    agent = at_a_desk("mai").opens("/tong-dai/")
    waiting = agent.page.locator("#lists a", has_text="Lệ phí chứng thực")
    expect(waiting).to_be_visible(timeout=PATIENCE)
    waiting.click()
    agent.presses("Nhận")
    agent.page.get_by_label("Tìm bài").fill("le phi")
    agent.page.locator("#found a").first.click()
    agent.page.get_by_role("button", name="Chèn vào câu trả lời").click()
    answer = agent.page.locator("textarea[data-answer]")
    expect(answer).to_have_value("Trang đầu 2.000 đồng.")
    expect(phone.locator("#thread")).to_contain_text("Tổng đài đang viết", timeout=PATIENCE)
    answer.press("Enter")
    expect(phone.locator("#thread")).to_contain_text("Trang đầu 2.000 đồng.", timeout=PATIENCE)
    expect(answer).to_have_value("", timeout=PATIENCE)

    phone.get_by_label("Viết tiếp").fill("Cảm ơn nhiều")
    phone.get_by_role("button", name="Gửi", exact=True).dblclick()
    expect(agent.page.locator("#thread")).to_contain_text("Cảm ơn nhiều", timeout=PATIENCE)
    expect(phone.locator("#thread")).to_contain_text("Cảm ơn nhiều")
    expect(phone.get_by_role("alert")).to_be_hidden()  # the second press is no empty message
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    agent.page.locator("summary", has_text="Đóng").click()
    agent.page.get_by_role("button", name="Đóng cuộc trao đổi").click()
    phone.get_by_role("button", name="Rất hài lòng").click()
    expect(phone.locator("main")).to_contain_text("Cảm ơn bạn đã đánh giá", timeout=PATIENCE)
    assert Survey.objects.get().mark == 5


def test_a_question_by_form_becomes_a_ticket_without_scripts(
    commune: Commune,
    line: Line,  # noqa: F811
    at_a_desk: Callable[[str], Visitor],
    open_browser: Callable[..., Page],
    scan: Path,
    tmp_path: Path,
) -> None:
    phone = open_browser(viewport=PHONE, java_script_enabled=False)
    photo = tmp_path / "giay.jpg"
    Image.new("RGB", (60, 40), "#a86").save(photo)
    phone.goto("/tong-dai/hoi/")
    phone.get_by_label("Bạn muốn hỏi gì").fill("Hồ sơ xác nhận hôn nhân trễ ba ngày")
    phone.get_by_role("button", name="Gửi câu hỏi").click()
    expect(phone.get_by_role("alert")).to_contain_text("Hãy ghi số điện thoại hoặc thư điện tử")
    phone.get_by_label("Số điện thoại hoặc thư điện tử").fill("0912 345 678")
    phone.get_by_label("Ảnh, giấy tờ kèm theo").set_input_files([photo, scan])
    phone.get_by_role("button", name="Gửi câu hỏi").click()
    expect(phone.locator("main")).to_contain_text("Bạn được trả lời trước")
    expect(phone.locator("#thread img")).to_be_visible()
    found = Conversation.objects.get()

    agent = at_a_desk("mai").opens(f"/tong-dai/hoi-thoai/{found.pk}/").sees("Trần Thị Bích", "Có thể là")
    shown = agent.page.locator("#thread img")
    expect(shown).to_be_visible()
    assert shown.evaluate("(photo) => photo.decode().then(() => photo.naturalWidth)") == 60
    agent.presses("Nhận")
    agent.page.get_by_role("checkbox", name="giay.jpg").uncheck()  # the paper alone goes along
    agent.page.get_by_label("1. Việc gì").select_option("TD-YC.late")
    agent.page.get_by_label("2. Ở đâu").select_option(commune.town.agency.unit.code)
    agent.page.get_by_label("3. Nội dung").fill("Trễ ba ngày")
    expect(agent.page.locator("#promise")).to_contain_text("trả lời trước", timeout=PATIENCE)
    agent.page.get_by_role("button", name="Lập phiếu").dblclick()
    expect(agent.page.locator("#work")).to_contain_text("Đã lập phiếu TD-", timeout=PATIENCE)
    case = CallTicket.objects.get(conversation=found).case
    handler = at_a_desk("tra").opens(f"/tong-dai/phieu/{case.code}/").sees("Trễ ba ngày", scan.name).sees_no("giay.jpg")
    assert handler.fetches(handler.address_of(scan.name)).startswith(b"%PDF")
    handler.page.get_by_label("Trả lời người dân").fill("Đã trả kết quả sáng nay.")
    handler.presses("Trả lời và kết thúc phiếu").sees("Đã trả lời phiếu")
    phone.reload()
    expect(phone.locator("main")).to_contain_text("Đã trả kết quả sáng nay.")
