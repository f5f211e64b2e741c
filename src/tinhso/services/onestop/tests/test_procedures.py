"""The procedures the product ships: they load, their forms take real answers, their fees, papers and processes are right."""

from copy import deepcopy
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import engines

from tinhso.blocks.cases.bpmn.tokens import OpenTask, leave, start
from tinhso.blocks.cases.loading import PAPER_KINDS, ProcedureDefinition, load_folder, procedure_folders
from tinhso.blocks.forms import Form
from tinhso.blocks.forms.engine.units import PlaceUnit
from tinhso.blocks.papers.models import Kind
from tinhso.kernel.rules import compile_rule
from tinhso.services.onestop.sample_applications import ANSWERS, BIRTH, COMMUNE, COPIES, EXTRACT, MARITAL
from tinhso.services.onestop.sample_between import ANSWERS as BETWEEN

ROOT = Path(__file__).parent.parent / "procedures"
ALL = {**ANSWERS, **BETWEEN}
CODES = sorted(ALL)
TODAY = date(2025, 9, 1)


class OneCommune:
    """Knows a single commune."""

    ward = PlaceUnit(COMMUNE, "Phường Mỹ Tho", 3, (PlaceUnit("82", "Tỉnh Đồng Tháp", 1),))
    ward_before = PlaceUnit("28252", "Phường 4", 3, (PlaceUnit("82", "Tỉnh Tiền Giang", 1),))

    def get(self, code: str, on: date) -> PlaceUnit | None:
        if on < date(2025, 7, 1):
            return self.ward_before if code == "28252" else None
        return self.ward if code == COMMUNE else None

    def last(self, code: str) -> PlaceUnit | None:
        return next((ward for ward in (self.ward, self.ward_before) if ward.code == code), None)

    def find(self, text: str, *, level: int, on: date, within: str = "") -> list[PlaceUnit]:
        return []

    def below(self, parent: str, *, level: int, on: date) -> list[PlaceUnit]:
        return []


@pytest.fixture(scope="module")
def procedures() -> dict[str, ProcedureDefinition]:
    return {definition.code: definition for definition in map(load_folder, procedure_folders(ROOT))}


def form(definition: ProcedureDefinition) -> Form:
    return Form(definition.form_schema, units=OneCommune())


def changed(answers: dict[str, Any], **sections: dict[str, Any]) -> dict[str, Any]:
    found = deepcopy(answers)
    for section, values in sections.items():
        found[section] = {key: value for key, value in (found[section] | values).items() if value is not None}
    return found


def wanted(definition: ProcedureDefinition, answers: dict[str, Any]) -> set[str]:
    return {
        part["code"]
        for part in definition.data["parts"]
        if part.get("required", True) and ("when" not in part or compile_rule(part["when"]).holds({"answers": answers}))
    }


def fee(definition: ProcedureDefinition, answers: dict[str, Any]) -> object:
    rule = definition.data["fee"].get("rule")
    return compile_rule(rule).evaluate({"answers": answers}) if rule else definition.data["fee"]["amount"]


def printed(definition: ProcedureDefinition, answers: dict[str, Any]) -> str:
    facts = {
        "answers": answers,
        "texts": form(definition).texts(answers, on=TODAY),
        "signed_on": TODAY.isoformat(),
        "paper": SimpleNamespace(number="07/X", issued_by_agency=SimpleNamespace(name="UBND phường Mỹ Tho")),
    }
    return " ".join(engines["django"].from_string(definition.files["result.html"]).render(facts).split())


def test_the_procedures_load_without_a_warning(procedures: dict[str, ProcedureDefinition]) -> None:
    assert sorted(procedures) == CODES
    assert {definition.warnings for definition in procedures.values()} == {()}


def test_every_procedure_says_what_was_not_verified(procedures: dict[str, ProcedureDefinition]) -> None:
    assert all("Chưa đối chiếu" in definition.data["notes"] for definition in procedures.values())


@pytest.mark.parametrize("code", CODES)
def test_its_form_takes_complete_answers(procedures: dict[str, ProcedureDefinition], code: str) -> None:
    cleaned = form(procedures[code]).clean(ALL[code], on=TODAY)
    assert cleaned.errors == {}
    assert cleaned.answers == ALL[code]


@pytest.mark.parametrize("code", CODES)
def test_its_form_asks_for_everything_when_nothing_is_answered(procedures: dict[str, ProcedureDefinition], code: str) -> None:
    errors = form(procedures[code]).clean({}, on=TODAY).errors
    assert errors["applicant.full_name"] == "Hãy nhập họ và tên"
    assert "result.declaration" in errors


@pytest.mark.parametrize("code", CODES)
def test_every_question_and_choice_has_its_english(procedures: dict[str, ProcedureDefinition], code: str) -> None:
    def without_english(node: Any) -> list[str]:
        if isinstance(node, list):
            return [found for item in node for found in without_english(item)]
        if not isinstance(node, dict):
            return []
        own = [node["title"]] if isinstance(node.get("title"), str) and not node.get("title_en") else []
        hints = [node["x-hint"]] if isinstance(node.get("x-hint"), str) and not node.get("x-hint_en") else []
        return own + hints + [found for value in node.values() for found in without_english(value)]

    assert without_english(procedures[code].form_schema) == []


@pytest.mark.parametrize("code", sorted(ANSWERS))
def test_its_process_goes_from_drafting_through_signing_to_the_return(
    procedures: dict[str, ProcedureDefinition], code: str
) -> None:
    graph = procedures[code].graph
    env = {"outcome": "approve", "answers": {}, "case": {}}
    done, effects = [], start(graph, env)
    while isinstance(effects[0], OpenTask):
        done.append(effects[0].node.does)
        effects = leave(graph, effects[0].node.id, env)
    assert done[0] in ("draft", "review")
    assert "sign" in done
    assert done[-1] == "return"


def test_an_unsigned_draft_goes_back_to_the_specialist(procedures: dict[str, ProcedureDefinition]) -> None:
    for code, back in (("1.001193", "draft"), ("1.004873", "revise")):
        effects = leave(procedures[code].graph, "sign", {"outcome": "return", "answers": {}, "case": {}})
        assert [effect.node.id for effect in effects] == [back]


def test_papers_are_of_kinds_that_exist() -> None:
    assert set(Kind.values) >= PAPER_KINDS


# --- birth registration


def test_birth_without_a_notice_needs_a_witness_or_a_pledge(procedures: dict[str, ProcedureDefinition]) -> None:
    birth = procedures["1.001193"]
    assert wanted(birth, BIRTH) == {"giay-chung-sinh"}
    assert wanted(birth, changed(BIRTH, child={"proof": "pledge"})) == {"giay-cam-doan"}
    witnessed = changed(BIRTH, child={"proof": "witness", "proof_number": None})
    assert wanted(birth, witnessed) == {"van-ban-lam-chung"}
    assert "child.witnesses" in form(birth).clean(witnessed, on=TODAY).errors


def test_a_child_whose_father_is_not_known_has_an_empty_father_in_the_certificate(
    procedures: dict[str, ProcedureDefinition],
) -> None:
    birth = procedures["1.001193"]
    answers = changed(BIRTH) | {"father": {"declared": False}}
    assert form(birth).clean(answers, on=TODAY).errors == {}
    assert "người cha:</dt><dd></dd>" in printed(birth, answers)


def test_an_abandoned_child_is_registered_without_parents(procedures: dict[str, ProcedureDefinition]) -> None:
    birth = procedures["1.001193"]
    answers = changed(BIRTH, child={"proof": "abandoned", "proof_number": None}, applicant={"relation": "carer"})
    del answers["mother"], answers["father"]
    assert form(birth).clean(answers, on=TODAY).errors == {}
    assert wanted(birth, answers) == {"bien-ban-bo-roi"}


def test_a_parent_must_be_born_before_the_child(procedures: dict[str, ProcedureDefinition]) -> None:
    answers = changed(BIRTH, mother={"date_of_birth": "2025-08-05", "identity_number": None})
    assert form(procedures["1.001193"]).clean(answers, on=TODAY).errors == {"mother.date_of_birth": "Mẹ phải sinh trước con."}


def test_the_birth_certificate_prints_the_day_in_words(procedures: dict[str, ProcedureDefinition]) -> None:
    text = printed(procedures["1.001193"], BIRTH)
    assert "TRẦN MINH KHÔI" in text
    assert "ngày bốn tháng tám năm hai nghìn không trăm hai mươi lăm" in text
    assert "Bệnh viện Phụ sản Tiền Giang, Phường Mỹ Tho, Tỉnh Đồng Tháp" in text


def test_registration_in_time_is_free_and_each_extract_costs_8000(procedures: dict[str, ProcedureDefinition]) -> None:
    assert fee(procedures["1.001193"], BIRTH) == 16_000
    assert fee(procedures["1.001193"], changed(BIRTH, result={"wants_copies": False, "copies": None})) == 0


# --- extracts and certificates


def test_an_extract_costs_8000_a_copy_and_asks_only_what_its_kind_needs(procedures: dict[str, ProcedureDefinition]) -> None:
    extract = procedures["2.000635"]
    assert fee(extract, EXTRACT) == 24_000
    death = changed(EXTRACT, event={"kind": "death"})
    assert set(form(extract).clean(death, on=TODAY).errors) == {"person.died_on"}


def test_an_organisation_hands_in_its_request(procedures: dict[str, ProcedureDefinition]) -> None:
    answers = changed(EXTRACT, applicant={"relation": "organisation", "organisation": "Tòa án nhân dân khu vực 1"})
    assert wanted(procedures["2.000635"], answers) == {"van-ban-yeu-cau"}


def test_a_life_in_several_places_is_verified_while_the_certificate_is_drafted(
    procedures: dict[str, ProcedureDefinition],
) -> None:
    graph = procedures["1.004873"].graph
    env = {"outcome": "", "answers": MARITAL, "case": {}}
    assert {effect.node.id for effect in leave(graph, "review", env)} == {"verify", "prepare"}
    at_home = {**env, "answers": changed(MARITAL, status={"lived_elsewhere": False})}
    assert [effect.node.id for effect in leave(graph, "review", at_home)] == ["draft"]
    joined = leave(graph, "verify", env, lambda join: {"prepared"})
    assert [effect.node.id for effect in joined] == ["join", "compare"]


@pytest.mark.parametrize(
    ("status", "parts", "words"),
    [
        ({"kind": "never"}, set(), "Hiện tại chưa đăng ký kết hôn với ai."),
        (
            {"kind": "married", "marriage_paper": "15/2021"},
            set(),
            "đang có vợ/chồng là Trần Quốc Bảo (Giấy chứng nhận kết hôn số 15",
        ),
        ({}, {"ban-an-ly-hon"}, "đã ly hôn theo Bản án/Quyết định ly hôn số 102/2022/QĐST-HNGĐ"),
        ({"abroad": True}, {"ban-an-ly-hon", "ghi-chu-ly-hon"}, "đã ly hôn"),
        ({"kind": "widowed", "death_paper": "9/2023"}, {"giay-chung-tu"}, "đã chết (Giấy chứng tử/Trích lục khai tử số 9/2023)"),
    ],
)
def test_the_certificate_words_each_marital_status_as_the_circular_says(
    procedures: dict[str, ProcedureDefinition], status: dict[str, Any], parts: set[str], words: str
) -> None:
    marital = procedures["1.004873"]
    answers = form(marital).clean(changed(MARITAL, status=status), on=TODAY).answers
    assert wanted(marital, answers) == parts
    assert words in printed(marital, answers)


def test_a_certificate_for_another_purpose_is_no_good_for_marrying(procedures: dict[str, ProcedureDefinition]) -> None:
    text = printed(procedures["1.004873"], MARITAL)
    assert "<strong>Vay vốn ngân hàng</strong>. Giấy này không có giá trị để đăng ký kết hôn." in text


# --- certified copies


@pytest.mark.parametrize(
    ("pages", "copies", "amount"),
    [(1, 1, 2_000), (2, 1, 4_000), (3, 1, 5_000), (10, 3, 36_000), (198, 1, 200_000), (500, 2, 400_000)],
)
def test_certification_costs_2000_a_page_1000_from_the_third_and_200000_a_copy_at_most(
    procedures: dict[str, ProcedureDefinition], pages: int, copies: int, amount: int
) -> None:
    answers = changed(COPIES, documents={"list": [{**COPIES["documents"]["list"][0], "pages": pages, "copies": copies}]})
    assert fee(procedures["2.000815"], answers) == amount


def test_the_fee_adds_up_all_documents_and_the_paper_lists_them(procedures: dict[str, ProcedureDefinition]) -> None:
    assert fee(procedures["2.000815"], COPIES) == 2 * 2_000 + 4_000 + 10 * 1_000
    text = printed(procedures["2.000815"], COPIES)
    assert "A 0123456, 20/07/2012" in text
    assert "Học bạ" in text
