"""Every main screen of both rooms, for everybody: axe finds nothing and nothing sticks out, on phone and desk, light and dark."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils.timezone import now
from playwright.sync_api import Page
from tests.accessibility.axe import colour_violations, overflow, violations
from tests.conftest import DESK, PHONE
from tests.journeys.commune import BIRTH, COPIES, Commune
from tests.journeys.people import Visitor

from tinhso.blocks.cases.actions.results import sign_result
from tinhso.blocks.cases.actions.supplement import ask_supplement
from tinhso.blocks.cases.models import Case
from tinhso.services.portal.actions import start_draft
from tinhso.services.portal.models import Draft

pytestmark = pytest.mark.browser
Look = Callable[[Visitor, list[str]], None]


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def visitor(request: pytest.FixtureRequest, commune: Commune, open_browser: Callable[..., Page]) -> Visitor:
    return Visitor(open_browser(viewport=request.param))


def hinders_nobody(visitor: Visitor, addresses: list[str]) -> None:
    found = {}
    for address in addresses:
        visitor.page.emulate_media(color_scheme="dark")
        visitor.opens(address)
        problems = [f"dark: {problem}" for problem in colour_violations(visitor.page)]
        visitor.page.emulate_media(color_scheme="light")
        visitor.opens(address)  # anew: colours that are still changing would be measured
        problems += violations(visitor.page)
        if wider := overflow(visitor.page):
            problems.append(f"{wider} px wider than the window")
        if problems:
            found[address] = problems
    assert found == {}


def signed_case(commune: Commune) -> Case:
    case = commune.case_to_sign(COPIES)
    sign_result(case.steps.select_related("case__version").get(does="sign", done_at=None), by=commune.town.chairman)
    return case


def draft_of_birth(commune: Commune) -> Draft:
    version = commune.case(BIRTH).version
    return start_draft(version, agency=commune.town.agency, by=commune.citizen)


def test_the_portal_before_signing_in(visitor: Visitor) -> None:
    addresses = [
        "/",
        "/thu-tuc/",
        "/thu-tuc/?q=zzz",
        f"/thu-tuc/{BIRTH}/",
        f"/thu-tuc/{COPIES}/",
        "/tra-cuu/",
        "/tien-do/",
        "/dang-nhap/",
        "/xac-thuc/",
    ]
    hinders_nobody(visitor, addresses)


def test_the_portal_of_an_applicant(commune: Commune, visitor: Visitor) -> None:
    unpaid, paused, signed = commune.case(COPIES, paid=False), commune.accepted_case(), signed_case(commune)
    ask_supplement(paused, by=commune.town.specialist, content="Thiếu một trang.")
    draft = draft_of_birth(commune)
    visitor.signs_in("congdan")
    hinders_nobody(
        visitor,
        [
            f"/thu-tuc/{BIRTH}/nop/",
            f"/thu-tuc/{BIRTH}/nop/?q=zzz",
            f"/nop-ho-so/{draft.key}/",
            f"/nop-ho-so/{draft.key}/phan/applicant/",
            f"/nop-ho-so/{draft.key}/phan/child/",
            f"/nop-ho-so/{draft.key}/giay-to/",
            "/ho-so/",
            f"/ho-so/{unpaid.code}/?moi=1",
            f"/ho-so/{paused.code}/",
            f"/ho-so/{signed.code}/",
            "/thong-bao/",
        ],
    )
    visitor.opens(f"/nop-ho-so/{draft.key}/phan/child/").presses("Lưu và tiếp tục").sees("Còn vài chỗ cần sửa")
    assert violations(visitor.page) == []


def test_the_workspace_of_reception(commune: Commune, visitor: Visitor) -> None:
    waiting = commune.case(COPIES, paid=False)
    late = commune.accepted_case(at=now() - timedelta(days=30))
    visitor.signs_in("tiepnhan")
    hinders_nobody(
        visitor,
        [
            "/mot-cua/",
            "/mot-cua/tiep-nhan/",
            "/mot-cua/tiep-nhan/quay/",
            "/mot-cua/ho-so/",
            "/mot-cua/ho-so/?q=zzz",
            f"/mot-cua/ho-so/{waiting.code}/",
            f"/mot-cua/ho-so/{late.code}/",
        ],
    )
    visitor.opens("/mot-cua/tiep-nhan/quay/").page.keyboard.type("bich\n")
    visitor.sees("Không có ai khớp")
    assert violations(visitor.page) == []
    visitor.opens("/mot-cua/tiep-nhan/quay/").page.keyboard.type("082194000456\n")
    visitor.sees("Đổi người")
    hinders_nobody(visitor, [visitor.page.url, visitor.address_of("Chứng thực bản sao")])


def test_the_workspace_of_those_who_decide(commune: Commune, visitor: Visitor) -> None:
    case = commune.case_to_sign()
    visitor.signs_in("chutich")
    hinders_nobody(visitor, ["/mot-cua/", "/mot-cua/ky/", "/so-lieu/", "/so-lieu/tre/", f"/mot-cua/ho-so/{case.code}/"])
    visitor.opens(f"/mot-cua/ho-so/{case.code}/")
    visitor.page.get_by_label("Trả lại để chỉnh sửa").check()
    visitor.presses("Ký số").sees("Hãy ghi lý do để người nhận biết phải làm gì")
    assert violations(visitor.page) == []


def test_the_workspace_of_a_specialist(commune: Commune, visitor: Visitor) -> None:
    case = commune.accepted_case()
    visitor.signs_in("chuyenvien")
    hinders_nobody(visitor, ["/mot-cua/", "/mot-cua/?phan=qua-han", "/mot-cua/ho-so/", f"/mot-cua/ho-so/{case.code}/"])


@pytest.mark.parametrize("address", ["/", "/thu-tuc/", f"/thu-tuc/{BIRTH}/", "/tra-cuu/"])
def test_in_english_too(visitor: Visitor, address: str) -> None:
    visitor.page.context.add_cookies([{"name": "django_language", "value": "en", "url": visitor.opens("/").page.url}])
    visitor.opens(address)
    assert visitor.page.locator("html").get_attribute("lang") == "en"
    assert violations(visitor.page) == []


def test_nothing_in_the_top_bar_of_the_portal_lies_over_another_thing(
    commune: Commune, open_browser: Callable[..., Page]
) -> None:
    chairman = Visitor(open_browser(viewport=DESK)).signs_in("chutich").opens("/trang-thai/")
    found = {}
    for width in (360, 700, 1100, 1200, 1280, 1440, 1600):
        chairman.page.set_viewport_size({"width": width, "height": 900})
        parts = chairman.page.locator(".site-header-inner > *:visible")
        boxes = sorted((box["x"], box["x"] + box["width"]) for part in parts.all() if (box := part.bounding_box()))
        words = chairman.page.locator(".brand-name").bounding_box()
        assert words
        over = [(one, other) for one, other in pairwise(boxes) if one[1] > other[0] + 1]
        if over or words["x"] + words["width"] > boxes[1][0] + 1 or overflow(chairman.page):
            found[width] = over or boxes
    assert found == {}
