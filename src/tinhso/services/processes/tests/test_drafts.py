"""A draft is begun, saved, checked, sent and approved; a case follows the version it was received under."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.models import Case, ProcedureVersion
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.queries import procedure_in_force
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.directory.models import Person
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.services.processes.actions.drafts import (
    ChangedMeanwhile,
    approve_draft,
    drop_draft,
    save_draft,
    send_draft,
    take_back_draft,
)
from tinhso.services.processes.checking import check, renumbered
from tinhso.services.processes.diagram import read_diagram
from tinhso.services.processes.difference import difference
from tinhso.services.processes.models import ProcessDraft
from tinhso.services.processes.tests.conftest import with_stamp

pytestmark = pytest.mark.django_db


def sent(draft: ProcessDraft, by: Person, *, days: int = 0) -> ProcessDraft:
    save_draft(draft, with_stamp(draft.xml), revision=draft.revision, by=by, at=now())
    day = localdate() + timedelta(days=days)
    return send_draft(draft, version="2030.1", valid_from=day, reason="Thêm bước đóng dấu", by=by)


def test_a_draft_of_a_process_without_a_diagram_gets_one(draft: ProcessDraft) -> None:
    drawn = read_diagram(draft.xml)
    assert {"start", "review", "sign", "end"} <= drawn.boxes.keys()
    assert len(drawn.ways["f1"]) >= 2
    assert drawn.boxes["review"].x < drawn.boxes["sign"].x
    assert check(draft).good


def test_approval_by_another_person_makes_the_version_that_new_cases_follow(
    draft: ProcessDraft, author: Person, town: Town, version: ProcedureVersion, submitted: Callable[..., Case]
) -> None:
    running = accept_case(submitted(), by=town.clerk)
    became = approve_draft(sent(draft, author), revision=3, by=town.manager, at=now())
    version.refresh_from_db()
    assert version.valid_to == localdate() - timedelta(days=1)
    assert procedure_in_force("9.000001", now()) == became
    assert "stamp" in {node.id for node in graph_of(became).user_tasks}
    running.refresh_from_db()
    assert running.version_id == version.pk
    assert AuditEntry.objects.filter(event="processes.draft_approved", actor_id=town.manager.pk).exists()


def test_nobody_approves_what_they_had_a_part_in_writing(draft: ProcessDraft, author: Person, town: Town) -> None:
    save_draft(draft, draft.xml.replace("Dự thảo", "Soạn thảo"), revision=1, by=town.manager, at=now())
    draft.refresh_from_db()
    sent(draft, author)
    with pytest.raises(NotAllowed, match="để người khác duyệt"):
        approve_draft(draft, revision=draft.revision, by=town.manager, at=now())
    with pytest.raises(NotAllowed):
        approve_draft(draft, revision=draft.revision, by=author, at=now())


def test_those_without_the_power_neither_draw_nor_approve(draft: ProcessDraft, author: Person, town: Town) -> None:
    with pytest.raises(NotAllowed):
        save_draft(draft, draft.xml + " ", revision=1, by=town.chairman, at=now())
    with pytest.raises(NotAllowed):
        approve_draft(sent(draft, author), revision=3, by=town.chairman, at=now())


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(draft: ProcessDraft, author: Person, town: Town) -> None:
    first = draft.xml.replace("Thẩm định", "Thẩm tra")
    save_draft(draft, first, revision=1, by=author, at=now())
    with pytest.raises(ChangedMeanwhile, match="Bùi Quốc Trị"):
        save_draft(draft, draft.xml.replace("Thẩm định", "Xem xét"), revision=1, by=town.manager, at=now())
    draft.refresh_from_db()
    assert draft.xml == first
    assert draft.revision == 2


def test_saving_the_same_twice_changes_nothing(draft: ProcessDraft, author: Person) -> None:
    assert save_draft(draft, draft.xml, revision=1, by=author, at=now()).revision == 1


def test_what_is_no_process_is_not_kept(draft: ProcessDraft, author: Person) -> None:
    for text in ("", "<a/>", "không phải XML", '<!DOCTYPE x [<!ENTITY y "z">]><x/>'):
        with pytest.raises(Invalid):
            save_draft(draft, text, revision=1, by=author, at=now())


def test_faults_name_their_element_and_hold_up_sending(draft: ProcessDraft, author: Person) -> None:
    broken = draft.xml.replace(' tinhso:role="signer"', ' tinhso:role="chairman"').replace('targetRef="end"', 'targetRef="draft"')
    draft = save_draft(draft, broken, revision=1, by=author, at=now())
    checked = check(draft)
    assert not checked.good
    assert ("sign", "Ký") in {(finding.element, finding.name) for finding in checked.findings}
    assert all("tinhso:" not in finding.text for finding in checked.findings)
    with pytest.raises(Invalid, match="còn lỗi"):
        send_draft(draft, version="2030.1", valid_from=localdate(), reason="Thử", by=author)


def test_shares_that_exceed_the_term_hold_up_sending(draft: ProcessDraft, author: Person) -> None:
    greedy = with_stamp(draft.xml).replace('tinhso:share="10"', 'tinhso:share="60"')
    draft = save_draft(draft, greedy, revision=1, by=author, at=now())
    checked = check(draft)
    assert not checked.good
    assert "Thẩm định → Đóng dấu" in checked.findings[0].text
    with pytest.raises(Invalid):
        send_draft(draft, version="2030.1", valid_from=localdate(), reason="Thử", by=author)


def test_a_day_in_the_past_and_a_number_that_is_taken_are_refused(draft: ProcessDraft, author: Person) -> None:
    with pytest.raises(Invalid, match="quá khứ"):
        sent(draft, author, days=-1)
    with pytest.raises(Invalid, match="số khác"):
        send_draft(draft, version="2025.1", valid_from=localdate(), reason="Thử", by=author)


def test_a_draft_is_sent_back_with_a_reason_and_can_be_dropped(draft: ProcessDraft, author: Person, town: Town) -> None:
    sent(draft, author)
    with pytest.raises(Invalid):
        take_back_draft(draft, reason=" ", by=town.manager)
    draft = take_back_draft(draft, reason="Thiếu căn cứ", by=town.manager)
    assert (draft.state, draft.answer) == ("open", "Thiếu căn cứ")
    drop_draft(draft, by=author)
    with pytest.raises(WrongState):
        save_draft(draft, draft.xml + " ", revision=2, by=author, at=now())


def test_the_difference_names_steps_added_and_changed(draft: ProcessDraft, author: Person, version: ProcedureVersion) -> None:
    changed = with_stamp(draft.xml).replace('name="Thẩm định"', 'name="Thẩm tra"')
    definition = check(save_draft(draft, changed, revision=1, by=author, at=now())).definition
    assert definition
    found = difference(graph_of(version), definition.graph)
    assert [node.id for node in found.added] == ["stamp"]
    assert [(step.node.id, step.changes[0].before, step.changes[0].after) for step in found.changed] == [
        ("review", "Thẩm định", "Thẩm tra")
    ]
    assert found.marks == {"stamp": "is-added", "review": "is-changed"}
    assert found.new_ways
    assert found.old_ways


def test_a_diagram_with_nonsense_for_numbers_is_still_drawn(draft: ProcessDraft) -> None:
    for nonsense in ("abc", "nan", "1e300"):
        drawn = read_diagram(draft.xml.replace('x="', f'x="{nonsense}', 1))
        assert all(abs(box.x) < 1e6 for box in drawn.boxes.values())


def test_renumbering_keeps_everything_else_of_the_declaration() -> None:
    dates = 'version = "2025.1"\nvalid_from = 2025-07-01\nvalid_to = 2026-01-01\n'
    text = f'code = "1"\n{dates}# why\nname = "A"\n\n[term]\ntext = "1 days"\n'
    day = localdate()
    assert renumbered(text, "2026.1", day) == (
        f'version = "2026.1"\nvalid_from = {day.isoformat()}\ncode = "1"\n# why\nname = "A"\n\n[term]\ntext = "1 days"\n'
    )
