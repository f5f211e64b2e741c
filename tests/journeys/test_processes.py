"""Electronic ISO: a step is drawn into a process, approved by somebody else, and the next case goes through it."""

from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.hashers import make_password
from django.utils.timezone import localdate, now
from playwright.sync_api import Page, expect
from tests.journeys.commune import BIRTH, PASSWORD, Commune
from tests.journeys.people import Visitor

from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.services.processes.actions.carrying import carry_out
from tinhso.services.processes.actions.drafts import approve_draft, begin_draft, save_draft, send_draft
from tinhso.services.processes.models import MovePlan, ProcessDraft

pytestmark = pytest.mark.browser
SignIn = Callable[[str], Visitor]
STEP = "Thẩm tra hồ sơ"


@pytest.fixture
def commune_with_administrator(commune: Commune) -> Commune:
    person = register_person("Bùi Quốc Trị", by=None)
    post = create_post(commune.town.province, "Quản trị", roles=["admin"], by=None)
    appoint(person, post, valid_from=date(2025, 1, 1), by=None)
    open_account(kind=Account.Kind.STAFF, person=person, username="quantri", password_hash=make_password(PASSWORD), by=None)
    return commune


def drop_step_on(page: Page, flow: str) -> None:
    """Take a step from the palette and set it on an arrow."""
    page.locator('.djs-palette .entry[data-action="create.step"]').click()
    arrow = page.locator(f'g.djs-connection[data-element-id="{flow}"]').bounding_box()
    assert arrow
    middle = arrow["x"] + arrow["width"] / 2, arrow["y"] + arrow["height"] / 2
    page.mouse.move(*middle, steps=8)
    page.mouse.click(*middle)
    page.keyboard.press("Escape")


def test_a_drawn_step_is_approved_by_another_and_the_next_case_goes_through_it(
    commune_with_administrator: Commune, at_a_desk: SignIn
) -> None:
    commune, said = commune_with_administrator, list[str]()
    running = commune.accepted_case(BIRTH)
    author = at_a_desk("quantri").opens("/quy-trinh/")
    page = author.page
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    author.opens(f"/quy-trinh/{BIRTH}/2025.1/").presses("Soạn thay đổi từ phiên bản này")
    expect(page.locator('g[data-element-id="sign"]')).to_be_visible()
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    drop_step_on(page, "to_draft")
    page.get_by_label("Tên", exact=True).fill(STEP)
    expect(page.locator("#findings")).to_contain_text("vai trò")
    page.get_by_label("Vai trò", exact=True).select_option("department_head")
    page.get_by_label("Việc", exact=True).select_option("review")
    page.get_by_label("Giấy tờ").fill("Phiếu thẩm tra")
    page.get_by_label("Giấy tờ").press("Tab")
    expect(page.locator("#findings")).not_to_contain_text("vai trò")
    author.follows("Xong, về bản nháp").sees("Phiếu thẩm tra", STEP)

    page.get_by_label("Có hiệu lực từ ngày").fill(localdate().isoformat())
    page.get_by_label("Thay đổi gì, vì sao").fill("Thêm bước thẩm tra")
    author.presses("Trình duyệt").sees("Chờ duyệt", "phải để người khác duyệt")

    draft = ProcessDraft.objects.get()
    approver = (
        at_a_desk("theodoi").opens(f"/quy-trinh/nhap/{draft.pk}/").unfolds("Duyệt và ban hành").presses("Duyệt và ban hành")
    )
    approver.sees("Đã ban hành")
    case = commune.accepted_case(BIRTH)
    assert [step.name for step in case.steps.all()] == [STEP]
    assert [step.node for step in running.steps.all()] == ["draft"]
    assert said == []


def test_a_running_case_goes_on_under_the_new_process_by_a_plan_that_another_approves(
    commune_with_administrator: Commune, at_a_desk: SignIn
) -> None:
    commune = commune_with_administrator
    running = commune.accepted_case(BIRTH)
    writer, reader = (Account.objects.get(username=name).person for name in ("quantri", "theodoi"))
    draft = begin_draft(running.version, by=writer, at=now())
    draft = save_draft(
        draft, draft.xml.replace('id="draft" name="', f'id="draft" name="{STEP}, '), revision=1, by=writer, at=now()
    )
    draft = send_draft(draft, version="2030.1", valid_from=localdate(), reason="Thêm thẩm tra", by=writer)
    approve_draft(draft, revision=draft.revision, by=reader, at=now())

    author = at_a_desk("quantri").opens(f"/quy-trinh/{BIRTH}/2025.1/").presses("Lập kế hoạch chuyển")
    author.sees(running.code, STEP).presses("Lưu và xem trước").sees("Chuyển được (1)")
    author.page.get_by_label("Vì sao chuyển").fill("Quyết định mới")
    author.presses("Trình duyệt").sees("phải để người khác duyệt")
    plan = MovePlan.objects.get()
    approver = at_a_desk("theodoi").opens(f"/quy-trinh/chuyen/{plan.pk}/")
    approver.unfolds("Duyệt và chuyển").presses("Duyệt và chuyển").sees("Đang chuyển")
    carry_out(plan.pk)
    approver.opens(f"/quy-trinh/chuyen/{plan.pk}/").sees("Đã chuyển xong", running.code)
    assert [step.name.startswith(STEP) for step in running.steps.all()] == [True]
