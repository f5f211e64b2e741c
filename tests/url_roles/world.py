"""What the addresses of `test_url_roles.py` are about: a case on its way at a small commune, and everybody who may ask for it."""

from dataclasses import dataclass
from datetime import date
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from django.core.files.base import ContentFile
from django.test import Client

from tinhso.blocks.cases.actions.assigning import set_policy
from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, submit_case
from tinhso.blocks.cases.actions.opinions import ask_opinion
from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.assignment import Plan, Way
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case, Channel, OpinionFile, ProcedureOffer, ProcedureVersion, Wait
from tinhso.blocks.cases.tests.conftest import Town, make_town
from tinhso.blocks.cases.tests.folder import PROCEDURE, with_question, write_folder
from tinhso.blocks.directory.actions import appoint, create_agency, create_post, register_person
from tinhso.blocks.directory.models import AgencyKind, Person
from tinhso.blocks.files.actions import store_upload
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.blocks.payments.models import Invoice
from tinhso.services.portal.actions import start_draft
from tinhso.services.processes.actions.drafts import begin_draft
from tinhso.services.processes.models import MovePlan


@dataclass
class World:
    """What the addresses are about, and who asks."""

    town: Town
    case: Case
    sessions: dict[str, SimpleCookie]
    arguments: dict[str, dict[str, Any]]
    client: Client


def _account(person: Person, kind: Account.Kind, name: str) -> Account:
    return open_account(kind=kind, person=person, username=name, by=None)


def _staff(agency: Any, title: str, roles: list[str], name: str) -> Person:
    person = register_person(name, by=None)
    appoint(person, create_post(agency, title, roles=roles, by=None), valid_from=date(2025, 1, 1), by=None)
    return person


def build_world(folder: Path) -> World:
    town = make_town()
    fee = PROCEDURE.replace("amount = 0", "amount = 8000")
    schema = with_question("scan", {"type": "integer", "title": "Bản quét", "x-widget": "file"})
    version = install_procedure(load_folder(write_folder(folder / "9.000001", procedure=fee, schema=schema)), by=None)
    upload = ContentFile(_pdf(), name="don.pdf")
    stored = store_upload(upload, by=town.citizen)  # type: ignore[arg-type]
    case = submit_case(
        version,
        {"applicant": {"full_name": "Đặng Thị Ánh", "copies": 2, "scan": stored.pk}},
        agency=town.agency,
        applicant=Applicant(name="Đặng Thị Ánh", person=town.citizen),
        by=town.citizen,
        channel=Channel.ONLINE,
        parts={"don": HandedIn(files=[stored])},
    )
    other = create_agency(
        name="UBND phường Mỹ Phong",
        code="H20.71",
        kind=AgencyKind.COMMITTEE,
        unit=town.agency.unit,
        parent=town.province,
        by=None,
    )
    admin = _staff(town.province, "Quản trị hệ thống", ["admin"], "Bùi Quốc Trị")
    outsider = _staff(other, "Chủ tịch", ["signer", "reception"], "Cao Văn Ngoại")
    people = {
        "owner": (town.citizen, Account.Kind.CITIZEN),
        "citizen": (town.stranger, Account.Kind.CITIZEN),
        "clerk": (town.clerk, Account.Kind.STAFF),
        "specialist": (town.specialist, Account.Kind.STAFF),
        "chairman": (town.chairman, Account.Kind.STAFF),
        "manager": (town.manager, Account.Kind.STAFF),
        "admin": (admin, Account.Kind.STAFF),
        "outsider": (outsider, Account.Kind.STAFF),
    }
    accounts = {role: _account(person, kind, role) for role, (person, kind) in people.items()}
    draft = start_draft(version, agency=town.agency, by=town.citizen)
    invoice = case.fee.invoice
    Invoice.objects.filter(pk=invoice.pk).update(status="paid", method="cash", paid_at=case.submitted_at, receipt_number="1")
    case = accept_case(case, by=town.clerk)
    step = case.steps.get(node="review")
    opinion = ask_opinion(step, town.agency, by=town.specialist, question="Có quy hoạch không?")
    wait = Wait.objects.create(case=case, node="check", message="tax.paid", opened_at=case.submitted_at)
    paper = case.papers.get().paper
    by_case = {"code": case.code}
    arguments: dict[str, dict[str, Any]] = {
        "portal:procedure": {"code": "9.000001"},
        "shared_data:unit": {"code": "28249"},
        "shared_data:agency": {"code": "H20.70"},
        **{f"shared_data:{name}": {"pk": town.agency.pk} for name in ("calendar", "change_days", "change_hours", "take_back")},
        "api:get_unit": {"code": "28249"},
        "figures:download": {"kind": "csv"},
        "processes:records": {"code": "9.000001"},
        "api:get_successors": {"code": "28249"},
        "api:get_agency": {"code": "H20.70"},
        "portal:begin": {"code": "9.000001"},
        "onestop:counter_form": {"procedure": "9.000001"},
        "portal:section": {"key": draft.key, "section": "applicant"},
        "portal:remove_document": {"key": draft.key, "file": 1},
        "portal:paper": {**by_case, "paper": paper.pk},
        "portal:file": {**by_case, "file": case.parts.get().files.get().pk},
        "portal:answered_file": {**by_case, "file": stored.pk},
        "onestop:answered_file": {**by_case, "file": stored.pk},
        "onestop:paper": {**by_case, "paper": paper.pk},
        "onestop:opinion": {**by_case, "opinion": opinion.pk},
        "onestop:withdraw_opinion": {**by_case, "opinion": opinion.pk},
        "onestop:opinion_file": {**by_case, "file": OpinionFile.objects.create(opinion=opinion, file=stored).pk},
        "onestop:record_message": {**by_case, "wait": wait.pk},
        "onestop:file": {**by_case, "file": case.parts.get().files.get().pk},
        "verification:paper": {"code": paper.verification_code},
        "payments:invoice": {"code": invoice.code},
        "payments:start": {"code": invoice.code},
        "payments:callback": {"gateway": "demo"},
        "payments:demo": {"reference": "NONE"},
        "payments:refunded": {"kind": "hoa-don", "pk": 0},
        "payments:result": {"reference": "NONE"},
        "messaging:open": {"message_id": 0},
        "national_portal:again": {"pk": 0},
        "national_portal:case_again": {"pk": 0},
        "national_portal:drop": {"pk": 0},
        "national_portal:file": {"key": "0:none"},
        "national_portal:message": {"pk": 0},
        "queueing:turn": {"turn": 0, "act": "xong"},
        "queueing:waiting": {"pk": 0, "act": "bo"},
        "queueing:revoke_device": {"pk": 0},
        **{f"queueing:{name}": {"token": "none"} for name in ("kiosk", "screen", "board")},
        "queueing:slip": {"token": "none", "key": "none"},
        "queueing:voice": {"token": "none", "turn": 0},
        "queueing:ticket": {"key": "none"},
        "accounts:end_absence": {"tenure": 0},
        "queueing:end_slots": {"pk": 0},
        "queueing:slots": {"line": 0},
        "queueing:appointment": {"key": "none"},
        "accounts:revoke_token": {"token_id": 0},
        "onestop:drop_filter": {"saved": 0},
        **{f"scanning:{name}": by_case for name in ("assign", "board", "scans", "scan_picture", "take", "take_scan")},
        "onestop:give_back": by_case,
        "onestop:record_paper": {**by_case, "part": case.parts.get().pk},
        "scanning:bind": {**by_case, "part": case.parts.get().pk},
        "scanning:file": {**by_case, "file": case.parts.get().files.get().pk},
        "scanning:page": {**by_case, "page": 0, "act": "xoay"},
        "scanning:picture": {**by_case, "page": 0},
        "accounts:verify_account": {"account_id": accounts["owner"].pk},
        "api:accept": by_case,
        "reports:report": by_case,
        **{f"reports:{name}": {**by_case, "number": 0} for name in ("photo", "blur", "released")},
        "reports:deed": {**by_case, "name": "hoi"},
        "reports:contractor": {"token": "none"},
        "reports:contractor_photo": {"token": "none", "number": 0},
        "api:clock_of_case": by_case,
        "api:open_case": by_case,
        "api:complete": {"step_id": step.pk},
    }
    process = begin_draft(version, by=admin, at=case.submitted_at)
    for name in ("approve", "draft", "drop", "editor", "file", "save", "say_law", "send", "take_back", "try_draft"):
        arguments[f"processes:{name}"] = {"pk": process.pk}
    earlier = {"version": "2000.1", "valid_from": date(2000, 1, 1), "valid_to": date(2000, 12, 31), "content_hash": "0"}
    contents = {name: getattr(version, name) for name in ("procedure", "definition", "graph", "files")}
    plan = MovePlan.objects.create(
        source=ProcedureVersion.objects.create(**contents, **earlier), target=version, mapped={}, begun_by=admin
    )
    for name in ("plan", *(f"{act}_plan" for act in ("approve", "drop", "go_on_with", "save", "send", "take_back"))):
        arguments[f"processes:{name}"] = {"pk": plan.pk}
    offer = ProcedureOffer.objects.create(**contents, **{**earlier, "content_hash": "1"}, reason="days")
    for name in ("offer", "take_offer", "decline_offer"):
        arguments[f"processes:{name}"] = {"pk": offer.pk}
    for name in ("begin", "begin_plan", "try_version", "version"):
        arguments[f"processes:{name}"] = {"code": "9.000001", "number": version.version}
    for name in ("tasks", "documents", "check", "discard"):
        arguments[f"portal:{name}"] = {"key": draft.key}
    for name in ("case", "supplement", "withdraw", "ask_withdrawal", "correct", "complain", "rate"):
        arguments[f"portal:{name}"] = by_case
    for name in (
        *(
            "case",
            "accept",
            "refuse",
            "supplement",
            "supplemented",
            "withdraw",
            "ask_withdrawal",
            "correct",
            "transfer",
            "complain",
            "decide_complaint",
            "control_slip",
            "control_slip_pdf",
            "decide_withdrawal",
            "stop",
            "pause",
            "resume",
            "extend",
            "note",
            "colleagues",
            "take_cash",
        ),
        "preview",
        "signature",
    ):
        arguments[f"onestop:{name}"] = by_case
    policy = set_policy(town.agency, Plan(Way.LOAD), role="clerk", by=town.chairman)
    for name in ("policy", "drop_policy"):
        arguments[f"onestop:{name}"] = {"policy": policy.pk}
    for name in ("complete", "assign", "sign", "hand_over", "go_back", "ask_opinion"):
        arguments[f"onestop:{name}"] = {**by_case, "step": step.pk}
    return World(
        town,
        case,
        {role: _signed_in(account) for role, account in accounts.items()},
        arguments,
        Client(raise_request_exception=False),
    )


def _signed_in(account: Account) -> SimpleCookie:
    client = Client()
    client.force_login(account)
    return client.cookies


def _pdf() -> bytes:
    out = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()
