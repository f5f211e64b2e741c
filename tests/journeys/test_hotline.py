"""A call rings at the agent it concerns; three steps later it is a case at the agency that answers."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.commune import Commune, open_accounts
from tests.journeys.people import PATIENCE, Visitor

from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.identity.models import Account
from tinhso.services.hotline import demo_exchange
from tinhso.services.hotline.actions.agents import add_agent
from tinhso.services.hotline.actions.knowledge import approve, write_article
from tinhso.services.hotline.actions.setup import set_line
from tinhso.services.hotline.desk_tables import CallTicket
from tinhso.services.hotline.models import Call, Line

pytestmark = pytest.mark.browser
SENTENCE = "Hồ sơ xin xác nhận hôn nhân trễ ba ngày."


@pytest.fixture
def line(commune: Commune) -> Line:
    """1022 at the province: two agents, an article, requests that go to the commune they are about."""
    agency = commune.town.province
    line, _secret = set_line(agency, "1022", by=None, title="Tổng đài 1022", adapter=Line.Adapter.DEMO)
    people = {}
    for name, role, where in (
        ("Lê Thị Mai", "hotline_agent", agency),
        ("Trần Văn Bình", "hotline_agent", agency),
        ("Đỗ Văn Trả", "ticket_handler", commune.town.agency),
    ):
        people[name] = register_person(name, by=None)
        appoint(people[name], create_post(where, name, roles=[role], by=None), valid_from=date(2025, 1, 1), by=None)
    mai, binh, tra = people.values()
    add_agent(line, mai, "201", by=None)
    add_agent(line, binh, "202", by=None)
    version = write_article(agency, by=mai, title="Lệ phí chứng thực", topic="Chứng thực", body="Trang đầu 2.000 đồng.")
    lead = register_person("Phan Thị Lan", by=None)
    appoint(lead, create_post(agency, "Trưởng ca", roles=["hotline_lead"], by=None), valid_from=date(2025, 1, 1), by=None)
    approve(version, by=lead)
    open_accounts({name: (person, Account.Kind.STAFF) for name, person in (("mai", mai), ("binh", binh), ("tra", tra))})
    return line


def test_a_call_becomes_a_ticket_in_three_steps(
    commune: Commune, line: Line, at_a_desk: Callable[[str], Visitor], open_browser: Callable[..., Page]
) -> None:
    agent, colleague = at_a_desk("mai").opens("/tong-dai/"), at_a_desk("binh").opens("/tong-dai/")
    for one in (agent, colleague):
        one.presses("Vào ca")
        expect(one.page.locator("#call")).to_contain_text("Sẵn sàng nghe máy", timeout=PATIENCE)

    demo_exchange.ring(line, "+84 912 345 678", extensions=("201",))
    card = agent.page.locator("#call")
    expect(card).to_contain_text("0912 345 678", timeout=PATIENCE)
    expect(card).to_contain_text("Trần Thị Bích")
    expect(card).to_contain_text("Đã biết người gọi")
    expect(colleague.page.locator("#call")).to_contain_text("Sẵn sàng nghe máy")

    agent.page.keyboard.press("n")
    expect(card).to_contain_text("Đang nói chuyện", timeout=PATIENCE)
    agent.page.keyboard.press("/")
    agent.page.keyboard.type("le phi")
    expect(agent.page.locator("#found")).to_contain_text("Lệ phí chứng thực", timeout=PATIENCE)
    agent.page.keyboard.press("ArrowDown")
    agent.page.keyboard.press("Enter")
    expect(agent.page.locator("#reading")).to_contain_text("Trang đầu 2.000 đồng", timeout=PATIENCE)

    agent.page.get_by_label("1. Việc gì").select_option("TD-YC.late")
    expect(agent.page.get_by_label("2. Ở đâu")).to_have_value(commune.town.agency.unit.code)  # where the caller lives
    expect(agent.page.locator("#promise")).to_contain_text("trả lời trước", timeout=PATIENCE)
    agent.page.get_by_label("3. Nội dung").fill(SENTENCE)
    demo_exchange.hang_up(Call.objects.get())  # the caller hangs up while the agent is still writing
    expect(card).to_contain_text("Cuộc gọi đã kết thúc", timeout=PATIENCE)
    expect(agent.page.get_by_label("3. Nội dung")).to_have_value(SENTENCE)
    expect(agent.page.get_by_label("1. Việc gì")).to_have_value("TD-YC.late")
    agent.page.get_by_role("button", name="Lập phiếu").dblclick()
    expect(card).to_contain_text("Đã lập phiếu TD-", timeout=PATIENCE)
    case = CallTicket.objects.get().case
    assert case.agency == commune.town.agency
    expect(card).to_contain_text(case.code)
    agent.page.get_by_role("button", name="Xong, sẵn sàng").click()
    expect(card).to_contain_text("Sẵn sàng nghe máy", timeout=PATIENCE)

    handler = at_a_desk("tra").opens("/tong-dai/phieu/").sees(case.code)
    handler.opens(f"/tong-dai/phieu/{case.code}/").sees(SENTENCE, "0912345678")
    handler.page.get_by_label("Trả lời người dân").fill("Đã trả kết quả sáng nay.")
    handler.presses("Trả lời và kết thúc phiếu").sees("Đã trả lời phiếu")
    case.refresh_from_db()
    assert case.returned_at is not None
