"""In which form papers were handed in; originals kept for a while and given back."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tinhso.blocks.cases.actions.intake import HandedIn, accept_case, refuse_case
from tinhso.blocks.cases.actions.originals import give_back, on_paper, record_paper
from tinhso.blocks.cases.actions.returning import Receipt
from tinhso.blocks.cases.models import Case, OriginalsReturn, Part, Step, TimelineEntry
from tinhso.blocks.cases.paper_facts import paper_facts
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.directory.models import Person
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.services.onestop.tests.test_returning import done

__all__ = ["done"]  # a fixture

pytestmark = pytest.mark.django_db
Desk = Callable[[Person], Client]
ORIGINAL = HandedIn(on_paper=True, form="original", handed=1, pages=2, lent=1)
SIGNED = Receipt("counter", receiver="Đặng Thị Ánh", on_paper=True)


@pytest.fixture
def case(submitted: Callable[..., Case], town: Town) -> Case:
    return accept_case(submitted(parts={"don": ORIGINAL}), by=town.clerk)


def part_of(case: Case) -> Part:
    return Part.objects.get(case=case, code="don")


def test_the_receipt_counts_what_was_handed_in(submitted: Callable[..., Case], town: Town) -> None:
    def printed(given: HandedIn) -> tuple[object, ...]:
        [part] = [one for one in paper_facts(submitted(parts={"don": given}), by=None)["parts"] if one["pages"] or one["form"]]
        return tuple(part[name] for name in ("originals", "copies", "form", "pages", "lent"))

    assert printed(ORIGINAL) == (1, 0, "", 2, 1)
    compared = HandedIn(on_paper=True, form="compared", handed=3, pages=4, lent=1)
    assert printed(compared) == (1, 3, "Bản sao đã đối chiếu bản chính", 4, 1)


@pytest.mark.parametrize(
    "wrong", [{"form": "stone"}, {"form": ""}, {"handed": 0}, {"handed": None}, {"handed": 100}, {"pages": 10_000}, {"lent": 100}]
)
def test_numbers_and_forms_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        on_paper(**{"form": "copy", "handed": 1, "pages": 1, "lent": 0, "field": "parts.don", **wrong})  # type: ignore[arg-type]
    assert "parts.don" in refused.value.fields


def test_the_counter_says_the_form_and_keeps_the_original(town: Town, version: object, desk: Desk) -> None:
    clerk, address = desk(town.clerk), reverse("onestop:counter_form", args=["9.000001"])
    given = {
        "applicant.full_name": "Đặng Thị Ánh", "applicant.copies": "2", "name": "Đặng Thị Ánh", "identity_number": "082190000123",
        "phone": "", "email": "", "address": "", "cash": "on", "_shown": "applicant", "key": "k" * 32,
        "paper_don": "on", "form_don": "original", "handed_don": "0", "pages_don": "2", "lent_don": "1",
    }  # fmt: skip
    refused = clerk.post(address, given).content.decode()
    assert "Hãy chọn hình thức và ghi số bản" in refused
    assert 'value="original" selected' in refused
    assert not Case.objects.exists()
    assert clerk.post(address, given | {"handed_don": "1"}).status_code == 302
    part = part_of(Case.objects.get())
    assert (part.form, part.handed, part.pages, part.lent, part.held) == ("original", 1, 2, 1, True)
    assert "Đang giữ 1 bản chính" in clerk.get(reverse("onestop:case", args=[part.case.code])).content.decode()


def test_originals_go_back_once_against_an_acknowledgement(case: Case, town: Town) -> None:
    part = part_of(case)
    for nothing in (Receipt("counter", receiver="Ánh"), Receipt("counter", on_paper=True), Receipt("electronic")):
        with pytest.raises(Invalid):
            give_back(case, [part.pk], by=town.clerk, receipt=nothing)
    with pytest.raises(NotAllowed):
        give_back(case, [part.pk], by=town.specialist, receipt=SIGNED)
    given = give_back(case, [part.pk], by=town.clerk, receipt=SIGNED)
    assert part_of(case).given_back == given
    assert TimelineEntry.objects.get(event="originals_returned").note == part.name
    with pytest.raises(WrongState):
        give_back(case, [part.pk], by=town.clerk, receipt=SIGNED)
    with pytest.raises(WrongState):
        record_paper(case, part, ORIGINAL, by=town.clerk)


def test_originals_of_a_refused_case_go_back_too(submitted: Callable[..., Case], town: Town) -> None:
    case = refuse_case(submitted(parts={"don": ORIGINAL}), by=town.clerk, reason="Không thuộc thẩm quyền")
    give_back(case, [part_of(case).pk], by=town.clerk, receipt=SIGNED)
    assert not part_of(case).held


def test_on_the_case_page_a_form_is_recorded_and_originals_given_back(
    submitted: Callable[..., Case], town: Town, desk: Desk
) -> None:
    case = submitted()
    part, clerk = part_of(case), desk(town.clerk)
    record, back = reverse("onestop:record_paper", args=[case.code, part.pk]), reverse("onestop:give_back", args=[case.code])
    fields = {f"form_{part.pk}": "certified", f"handed_{part.pk}": "2", f"pages_{part.pk}": "", f"lent_{part.pk}": "1"}
    assert clerk.post(record, fields | {f"handed_{part.pk}": "many"}).status_code == 422
    assert clerk.post(record, fields).status_code == 302
    page = clerk.get(reverse("onestop:case", args=[case.code])).content.decode()
    assert "Bản sao chứng thực × 2" in page
    assert "Trả lại bản chính" in page
    assert clerk.post(back, {"originals": [part.pk], "way": "counter", "receiver": ""}).status_code == 422
    assert clerk.post(back, {"originals": [part.pk], "way": "counter", "receiver": "Ánh", "on_paper": "1"}).status_code == 302
    assert OriginalsReturn.objects.get().receiver == "Ánh"
    slip = clerk.get(reverse("onestop:control_slip", args=[case.code])).content.decode()
    assert "Bản chính giữ để trả lại" in slip


def test_originals_go_back_with_the_result_but_not_by_electronic_post(done: Step, town: Town, desk: Desk) -> None:
    record_paper(done.case, part_of(done.case), ORIGINAL, by=town.clerk)
    part, clerk = part_of(done.case), desk(town.clerk)
    assert "Bản chính trả lại" in clerk.get(reverse("onestop:case", args=[done.case.code])).content.decode()
    address = reverse("onestop:hand_over", args=[done.case.code, done.pk])
    given = {"way": "post", "tracking": "CP123456789VN", "originals": [part.pk]}
    assert clerk.post(address, given).status_code == 302
    assert OriginalsReturn.objects.get().tracking == "CP123456789VN"
    assert not part_of(done.case).held
    assert clerk.get(reverse("onestop:control_slip_pdf", args=[done.case.code])).content.startswith(b"%PDF")


def test_the_register_lists_originals_until_they_have_gone_back(case: Case, town: Town, desk: Desk) -> None:
    clerk, register = desk(town.clerk), reverse("scanning:originals")
    page = clerk.get(register).content.decode()
    assert case.code in page
    assert part_of(case).name in page
    assert case.code in clerk.get(register, {"q": "anh"}).content.decode()
    give_back(case, [part_of(case).pk], by=town.clerk, receipt=SIGNED)
    assert "Không giữ bản chính nào" in clerk.get(register).content.decode()
