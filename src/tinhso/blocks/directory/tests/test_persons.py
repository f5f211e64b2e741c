from datetime import date

import pytest

from tinhso.blocks.directory import queries
from tinhso.blocks.directory.actions import appoint, create_post, end_tenure, register_business, register_person, update_person
from tinhso.blocks.directory.identity_numbers import check_identity_number, normal_phone
from tinhso.blocks.directory.models import Person
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound, WrongState

TODAY = date(2026, 1, 5)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("0912 345 678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("0084.912.345.678", "0912345678"),
        ("(0273) 3 872 999", "02733872999"),
        ("", ""),
    ],
)
def test_a_telephone_number_is_kept_in_its_national_form(written, normal):
    assert normal_phone(written) == normal


@pytest.mark.parametrize("wrong", ["12345", "0112345678", "+1 202 555 0100", "abc"])
def test_a_number_that_is_not_vietnamese_is_refused(wrong):
    with pytest.raises(Invalid) as refused:
        normal_phone(wrong)
    assert "phone" in refused.value.fields


def test_a_personal_number_must_fit_sex_and_year_of_birth():
    assert check_identity_number("082 190 000123", today=TODAY, sex="female", date_of_birth=date(1990, 2, 3)) == "082190000123"
    for contradiction in ({"sex": "male"}, {"date_of_birth": date(1991, 2, 3)}):
        with pytest.raises(Invalid, match="không khớp"):
            check_identity_number("082190000123", today=TODAY, **contradiction)


@pytest.mark.parametrize("wrong", ["08219000012", "000190000123", "082990000123", "08219000012a"])
def test_a_personal_number_of_wrong_structure_is_refused(wrong):
    with pytest.raises(Invalid, match="12 chữ số"):
        check_identity_number(wrong, today=TODAY)


@pytest.mark.django_db
def test_persons_are_listed_by_given_name():
    for name in ("Nguyễn Văn Đạt", "Trần Thị Ánh", "Lê Dung", "Phạm Thị Anh"):
        register_person(name, by=None)
    ordered = Person.objects.order_by("sort_key").values_list("full_name", flat=True)
    assert list(ordered) == ["Phạm Thị Anh", "Trần Thị Ánh", "Lê Dung", "Nguyễn Văn Đạt"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["082190000123", " 082 190.000.123", "Ánh 082190000123", "0912 345 678 Trần Thị Ánh", "tran thi anh +84912345678"]
)
def test_a_person_is_identified_by_the_whole_number_or_by_telephone_and_name(text):
    person = register_person("Trần Thị Ánh", sex="female", identity_number="082190000123", phone="+84912345678", by=None)
    assert queries.identified_persons(None, text) == [person]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "",
        "Trần Thị Ánh",
        "0912345678",
        "08219000012",
        "0821900001234",
        "0912345678 Ánh",
        "0912345678 Trần Thị Ảnh Hồng",
        "12 Ánh",
    ],
)
def test_who_is_not_named_beyond_doubt_is_not_found(text):
    register_person("Trần Thị Ánh", sex="female", identity_number="082190000123", phone="+84912345678", by=None)
    assert queries.identified_persons(None, text) == []


@pytest.mark.django_db
def test_a_personal_number_belongs_to_one_person():
    register_person("Trần Thị Ánh", identity_number="082190000123", by=None)
    with pytest.raises(WrongState, match="đã có"):
        register_person("Trần Thị Ánh", identity_number="082190000123", by=None)


@pytest.mark.django_db
def test_the_register_of_persons_is_closed_to_a_citizen_who_sees_only_himself():
    citizen, other = register_person("Lê Văn An", by=None), register_person("Lê Văn Bình", by=None)
    with pytest.raises(NotAllowed):
        queries.identified_persons(citizen, "082190000123")
    with pytest.raises(NotAllowed):
        register_person("Lê Văn Cường", by=citizen)
    assert queries.person_visible_to(citizen, citizen.pk) == citizen
    with pytest.raises(NotFound):
        queries.person_visible_to(citizen, other.pk)


@pytest.mark.django_db
def test_a_person_changes_the_own_entry_and_the_audit_names_fields_not_values():
    citizen = register_person("Lê Văn An", by=None)
    update_person(citizen, phone="0912345678", by=citizen)
    entry = AuditEntry.objects.latest("id")
    assert entry.event == "directory.person_changed"
    assert entry.facts == {"fields": ["phone"]}
    update_person(citizen, phone="0912345678", by=citizen)
    assert AuditEntry.objects.latest("id") == entry


@pytest.mark.django_db
def test_a_post_is_held_from_a_day_to_a_day_and_not_twice_at_once(committee):
    person = register_person("Lê Văn An", by=None)
    post = create_post(committee, "Chủ tịch", roles=["signer"], signs="CHỦ TỊCH", by=None)
    tenure = appoint(person, post, valid_from=date(2025, 7, 1), by=None)
    with pytest.raises(WrongState):
        appoint(person, post, valid_from=date(2026, 1, 1), by=None)
    end_tenure(tenure, last_day=date(2025, 12, 31), by=None)
    appoint(person, post, valid_from=date(2026, 1, 1), by=None)
    assert queries.persons_posts(person, date(2025, 12, 31)) == [post]
    assert queries.persons_posts(person, date(2025, 6, 30)) == []
    assert list(queries.holders(committee, "signer", date(2026, 1, 1))) == [person]


@pytest.mark.django_db
def test_a_business_needs_a_tax_code_whose_check_digit_is_right():
    assert register_business("0100233488", "Công ty mẫu", by=None).tax_code == "0100233488"
    with pytest.raises(Invalid) as refused:
        register_business("0100233489", "Công ty mẫu", by=None)
    assert "tax_code" in refused.value.fields
