"""Papers are missing: the clock stands still until the citizen has sent them."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db.models import F
from tests.journeys.commune import Commune
from tests.journeys.people import Visitor

from tinhso.blocks.cases.models import Case

pytestmark = pytest.mark.browser


def test_the_due_date_moves_by_the_time_the_citizen_took(
    commune: Commune, on_a_phone: Visitor, at_a_desk: Callable[[str], Visitor], run_jobs: Callable[[], None], scan: Path
) -> None:
    case = commune.accepted_case()
    specialist = at_a_desk("chuyenvien").opens(f"/mot-cua/ho-so/{case.code}/")
    promised = due_shown(specialist)
    specialist.unfolds("Yêu cầu bổ sung")
    specialist.page.get_by_label("Cần bổ sung, sửa gì").fill("Bản chụp bị mờ, đề nghị chụp lại.")
    specialist.presses("Gửi yêu cầu và tạm dừng thời hạn").sees(
        "Thời hạn giải quyết tạm dừng", "Yêu cầu bổ sung giấy tờ", "Tạm dừng"
    )
    specialist.opens("/mot-cua/").sees("Không còn việc nào đang chờ")

    run_jobs()
    two_weeks_pass(case)
    citizen = on_a_phone.signs_in("congdan").opens("/thong-bao/").sees(f"Hồ sơ {case.code} cần bổ sung")
    citizen.opens(f"/ho-so/{case.code}/").sees("Bản chụp bị mờ", "Đang tạm dừng tính thời hạn")
    citizen.presses("Gửi phần bổ sung").sees("Hãy tải giấy tờ lên hoặc viết vài dòng trả lời")
    citizen.page.locator("#supplement input[type=file]").first.set_input_files(scan)
    citizen.answers("Trả lời", "Tôi đã chụp lại").presses("Gửi phần bổ sung").sees("Đã gửi phần bổ sung", "Đang xử lý")

    specialist.opens(f"/mot-cua/ho-so/{case.code}/").sees("giay-chung-sinh.pdf", "Tôi đã chụp lại")
    # without the pause it would be two weeks earlier; a day is lost or won where a weekend stands at either end
    assert timedelta(days=-1) <= due_shown(specialist) - promised <= timedelta(days=3)
    specialist.opens("/mot-cua/").sees(case.code)


def due_shown(visitor: Visitor) -> date:
    """The date after "Hẹn trả" on a case's page."""
    text = visitor.page.locator(".case-side").inner_text()
    found = re.search(r"Hẹn trả\s+\d\d:\d\d ngày (\d\d/\d\d/\d{4})", text)
    assert found, text
    return datetime.strptime(found[1], "%d/%m/%Y").date()


def two_weeks_pass(case: Case) -> None:
    """Everything that has happened to the case happened two weeks earlier."""
    earlier = timedelta(days=14)
    Case.objects.filter(pk=case.pk).update(submitted_at=F("submitted_at") - earlier, received_at=F("received_at") - earlier)
    case.pauses.update(started_at=F("started_at") - earlier)
    case.steps.update(opened_at=F("opened_at") - earlier)
    case.timeline.update(at=F("at") - earlier)
