"""Every address × every role × the expected answer. An address without a row fails; so does a row without an address.

Columns: nobody signed in · the applicant · another citizen · the commune's reception, specialist and chairman · the
province's manager and administrator · a chairman of another commune. Each cell is the status of a request with an empty
form; what a person may not know of answers 404, what nobody may do without signing in leads to the sign-in page (302).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

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
from tinhso.config.tests.emptying import empty_tables
from tinhso.services.portal.actions import start_draft
from tinhso.services.processes.actions.drafts import begin_draft
from tinhso.services.processes.models import MovePlan

pytestmark = pytest.mark.django_db
ROLES = ("nobody", "owner", "citizen", "clerk", "specialist", "chairman", "manager", "admin", "outsider")

TABLE = """
# address                  method  nobody owner citizen clerk specialist chairman manager admin outsider
accounts:absences          GET    302  404  404  200  200  200  200  200  200
accounts:absences          POST   302  404  404  422  422  422  422  422  422
accounts:confirm           GET    302  302  302  302  302  302  302  302  302
accounts:confirm           POST   302  302  302  302  302  302  302  302  302
accounts:end_absence       POST   302  404  404  404  404  404  404  404  404
accounts:forgotten         GET    200  200  200  200  200  200  200  200  200
accounts:forgotten         POST   422  422  422  422  422  422  422  422  422
accounts:language          POST   302  422  422  422  422  422  422  422  422
accounts:login             GET    200  302  302  302  302  302  302  302  302
accounts:login             POST   422  422  422  422  422  422  422  422  422
accounts:logout            POST   302  302  302  302  302  302  302  302  302
accounts:new_password      GET    302  302  302  302  302  302  302  302  302
accounts:new_password      POST   302  302  302  302  302  302  302  302  302
accounts:password          POST   302  422  422  422  422  422  422  422  422
accounts:profile           GET    302  200  200  200  200  200  200  200  200
accounts:register          GET    200  200  200  200  200  200  200  200  200
accounts:register          POST   422  422  422  422  422  422  422  422  422
accounts:register_business GET    200  200  200  200  200  200  200  200  200
accounts:register_business POST   422  422  422  422  422  422  422  422  422
accounts:revoke_token      POST   302  404  404  404  404  404  404  404  404
accounts:tokens            GET    302  404  404  200  200  200  200  200  200
accounts:tokens            POST   302  404  404  422  422  422  422  422  422
accounts:verify            GET    302  404  404  200  403  403  403  200  200
accounts:verify_account    POST   302  404  404  404  404  404  404  404  404
api:accept                 POST   401  401  401  401  401  401  401  401  401
api:api-root               GET    404  404  404  404  404  404  404  404  404
api:api-root               POST   404  404  404  404  404  404  404  404  404
api:clock_of_case          GET    401  401  401  401  401  401  401  401  401
api:complete               POST   401  401  401  401  401  401  401  401  401
api:create_case            GET    401  401  401  401  401  401  401  401  401
api:create_case            POST   401  401  401  401  401  401  401  401  401
api:list_cases             GET    401  401  401  401  401  401  401  401  401
api:list_cases             POST   401  401  401  401  401  401  401  401  401
api:list_work              GET    401  401  401  401  401  401  401  401  401
api:open_case              GET    401  401  401  401  401  401  401  401  401
api:openapi-json           GET    200  200  200  200  200  200  200  200  200
api:openapi-view           GET    200  200  200  200  200  200  200  200  200
favicon                    GET    301  301  301  301  301  301  301  301  301
figures:cases              GET    302  404  404  403  403  404  404  404  404
figures:download           GET    302  404  404  403  403  200  200  200  200
figures:late               GET    302  404  404  403  403  200  200  200  200
figures:page               GET    302  404  404  403  403  200  200  200  200
forms:districts            GET    200  200  200  200  200  200  200  200  200
forms:units                GET    200  200  200  200  200  200  200  200  200
healthz                    GET    200  200  200  200  200  200  200  200  200
identity:switch            POST   404  404  404  404  404  404  404  404  404
language                   GET    302  302  302  302  302  302  302  302  302
language                   POST   302  302  302  302  302  302  302  302  302
maps:find                  GET    200  200  200  200  200  200  200  200  200
maps:ground                GET    200  200  200  200  200  200  200  200  200
messaging:notices          GET    302  200  200  200  200  200  200  200  200
messaging:open             POST   302  404  404  404  404  404  404  404  404
messaging:read_all         POST   302  302  302  302  302  302  302  302  302
metrics                    GET    200  200  200  200  200  200  200  200  200
national_portal:again      POST 302  404  404  403  403  403  404  404  403
national_portal:again_many POST 302  404  404  403  403  403  403  302  403
national_portal:case_again POST 302  404  404  403  403  403  403  404  403
national_portal:catalogue  GET    302  404  404  403  403  403  200  200  403
national_portal:compare    POST 302  404  404  403  403  403  403  302  403
national_portal:demo_behaviour POST 302  404  404  403  403  403  403  302  403
national_portal:demo_service POST 200  200  200  200  200  200  200  200  200
national_portal:demo_session POST 200  200  200  200  200  200  200  200  200
national_portal:download   POST 302  404  404  403  403  403  403  302  403
national_portal:drop       POST 302  404  404  403  403  403  404  404  403
national_portal:file       GET    404  404  404  404  404  404  404  404  404
national_portal:message    GET    302  404  404  403  403  403  404  404  403
national_portal:overview   GET    302  404  404  403  403  403  200  200  403
national_portal:receive    POST 401  401  401  401  401  401  401  401  401
offline                    GET    200  200  200  200  200  200  200  200  200
onestop:accept             POST   302  404  404  409  403  403  403  404  404
onestop:answered_file      GET    302  404  404  200  200  200  200  404  404
onestop:ask_opinion        GET  302  404  404  403  200  403  403  404  404
onestop:ask_opinion        POST   302  404  404  403  422  403  403  404  404
onestop:assign             POST   302  404  404  404  404  404  404  404  404
onestop:case               GET    302  404  404  200  200  200  200  404  404
onestop:cases              GET    302  404  404  200  200  200  200  200  200
onestop:complete           POST   302  404  404  403  302  403  403  404  404
onestop:counter            GET    302  404  404  200  403  403  403  403  200
onestop:counter            POST   302  404  404  200  403  403  403  403  200
onestop:counter_form       GET    302  404  404  200  403  403  403  403  200
onestop:counter_form       POST   302  404  404  422  403  403  403  403  422
onestop:extend             POST   302  404  404  403  403  422  403  404  404
onestop:file               GET    302  404  404  200  200  200  200  404  404
onestop:go_back            GET  302  404  404  403  200  403  403  404  404
onestop:go_back            POST   302  404  404  403  422  403  403  404  404
onestop:drop_filter        POST   302  404  404  404  404  404  404  404  404
onestop:hand_over          POST   302  404  404  409  409  409  409  404  404
onestop:note               POST   302  404  404  422  422  422  403  404  404
onestop:opinion            GET  302  404  404  200  200  200  200  404  404
onestop:opinion            POST   302  404  404  403  422  403  403  404  404
onestop:opinion_file       GET  302  404  404  200  200  200  200  404  404
onestop:opinions           GET  302  404  404  200  200  200  403  403  200
onestop:paper              GET    302  404  404  200  200  200  200  404  404
onestop:pause              POST   302  404  404  422  422  422  403  404  404
onestop:preview            GET    302  404  404  200  200  200  200  404  404
onestop:reception          GET    302  404  404  200  403  403  403  403  200
onestop:reception          POST   302  404  404  302  403  403  403  403  302
onestop:record_message     GET  302  404  404  200  200  200  403  404  404
onestop:record_message     POST   302  404  404  422  422  422  403  404  404
onestop:refuse             POST   302  404  404  422  403  403  403  404  404
onestop:resume             POST   302  404  404  409  409  409  403  404  404
onestop:save_filter        POST   302  404  404  422  422  422  422  403  422
onestop:session            GET    302  404  404  204  204  204  204  204  204
onestop:sign               POST   302  404  404  403  409  403  403  404  404
onestop:signature          GET    302  404  404  404  404  404  404  404  404
onestop:signing            GET    302  404  404  403  403  200  403  403  200
onestop:signing            POST   302  404  404  403  403  302  403  403  302
onestop:supplement         POST   302  404  404  422  422  422  403  404  404
onestop:supplemented       POST   302  404  404  422  403  403  403  404  404
onestop:take_cash          POST   302  404  404  409  403  403  403  404  404
onestop:withdraw           POST   302  404  404  409  403  403  403  404  404
onestop:ask_withdrawal     POST   302  404  404  422  403  403  403  404  404
onestop:decide_withdrawal  POST   302  404  404  403  403  422  403  404  404
onestop:stop               POST   302  404  404  403  403  422  403  404  404
onestop:waiting            GET  302  404  404  200  200  200  403  403  200
onestop:waiting_count      GET    302  404  404  200  200  200  403  403  200
onestop:withdraw_opinion   POST   302  404  404  403  302  403  403  404  404
onestop:correct            GET    302  404  404  200  403  403  403  404  404
onestop:correct            POST   302  404  404  422  403  403  403  404  404
onestop:transfer           GET    302  404  404  403  403  200  403  404  404
onestop:transfer           POST   302  404  404  403  403  422  403  404  404
onestop:control_slip       GET    302  404  404  200  200  200  200  404  404
onestop:control_slip_pdf   GET    302  404  404  200  200  200  200  404  404
onestop:mentions           GET    302  404  404  200  200  200  200  403  200
onestop:colleagues         GET    302  404  404  200  200  200  403  404  404
onestop:assign_many        GET    302  404  404  302  302  302  403  403  302
onestop:assign_many        POST   302  404  404  422  422  422  403  403  422
onestop:return_many        GET    302  404  404  200  403  403  403  403  200
onestop:return_many        POST   302  404  404  422  403  403  403  403  422
onestop:policies           GET    302  404  404  403  403  200  403  200  200
onestop:policy             GET    302  404  404  404  404  200  404  200  404
onestop:policy             POST   302  404  404  404  404  422  404  422  404
onestop:policy_new         GET    302  404  404  403  403  200  403  200  200
onestop:policy_new         POST   302  404  404  403  403  200  403  200  200
onestop:drop_policy        POST   302  404  404  404  404  302  404  302  404
onestop:register           GET    302  404  404  200  403  200  200  403  200
onestop:register_pdf       GET    302  404  404  200  403  200  200  403  200
onestop:register_xlsx      GET    302  404  404  200  403  200  200  403  200
onestop:complain           POST   302  404  404  422  403  403  403  404  404
onestop:decide_complaint   POST   302  404  404  403  403  422  403  404  404
onestop:work               GET    302  404  404  200  200  200  403  403  200
onestop:record_paper       POST   302  404  404  422  422  422  422  404  404
onestop:give_back          POST   302  404  404  422  403  403  403  404  404
scanning:assign            POST   302  404  404  302  403  403  403  404  404
scanning:bind              POST   302  404  404  302  403  403  403  404  404
scanning:board             GET    302  404  404  200  403  403  403  404  404
scanning:file              GET    302  404  404  200  403  403  403  404  404
scanning:originals         GET    302  404  404  200  403  403  403  403  200
scanning:page              POST   302  404  404  302  403  403  403  404  404
scanning:picture           GET    302  404  404  404  403  403  403  404  404
scanning:scan_picture      GET    302  404  404  404  403  403  403  404  404
scanning:scans             GET    302  404  404  200  403  403  403  404  404
scanning:take              POST   302  404  404  422  403  403  403  404  404
scanning:take_scan         POST   302  404  404  302  403  403  403  404  404
scanning:waiting           GET    302  404  404  200  403  403  403  403  200
payments:callback          POST   404  404  404  404  404  404  404  404  404
payments:demo              GET    404  404  404  404  404  404  404  404  404
payments:demo              POST   404  404  404  404  404  404  404  404  404
payments:invoice           GET    200  200  200  200  200  200  200  200  200
payments:refunds           GET    302  404  404  403  403  200  403  403  200
payments:refunded          POST   302  404  404  403  403  404  403  403  404
payments:result            GET    404  404  404  404  404  404  404  404  404
payments:start             POST   404  404  404  404  404  404  404  404  404
portal:answered_file       GET    302  200  404  404  404  404  404  404  404
portal:begin               GET    302  200  200  200  200  200  200  200  200
portal:begin               POST   302  422  422  422  422  422  422  422  422
portal:case                GET    302  200  404  404  404  404  404  404  404
portal:cases               GET    302  200  200  200  200  200  200  200  200
portal:check               GET    302  302  404  404  404  404  404  404  404
portal:check               POST   302  422  404  404  404  404  404  404  404
portal:discard             POST   302  302  404  404  404  404  404  404  404
portal:documents           GET    302  200  404  404  404  404  404  404  404
portal:documents           POST   302  302  404  404  404  404  404  404  404
portal:file                GET    302  200  404  404  404  404  404  404  404
portal:follow              GET    200  200  200  200  200  200  200  200  200
portal:follow              POST   422  422  422  422  422  422  422  422  422
portal:home                GET    200  200  200  200  200  200  200  200  200
portal:paper               GET    404  200  404  404  404  404  404  404  404
portal:procedure           GET    200  200  200  200  200  200  200  200  200
portal:rate                POST   404  422  404  404  404  404  404  404  404
portal:remove_document     POST   302  302  404  404  404  404  404  404  404
portal:search              GET    200  200  200  200  200  200  200  200  200
portal:section             GET    302  200  404  404  404  404  404  404  404
portal:section             POST   302  422  404  404  404  404  404  404  404
portal:supplement          POST   302  422  404  404  404  404  404  404  404
portal:tasks               GET    302  200  404  404  404  404  404  404  404
portal:timeliness          GET    200  200  200  200  200  200  200  200  200
portal:withdraw            POST   302  409  404  404  404  404  404  404  404
portal:ask_withdrawal      POST   302  422  404  404  404  404  404  404  404
portal:correct             GET    302  409  404  404  404  404  404  404  404
portal:correct             POST   302  409  404  404  404  404  404  404  404
portal:complain            POST   302  422  404  404  404  404  404  404  404
reports:queue              GET    302  404  404  403  403  403  200  403  403
reports:staff_figures      GET    302  404  404  403  403  403  200  403  403
reports:figure             GET    302  404  404  403  403  403  404  403  403
reports:points             GET    302  404  404  403  403  403  422  403  403
reports:report             GET    302  404  404  404  404  404  404  404  404
reports:photo              GET    302  404  404  404  404  404  404  404  404
reports:blur               GET    302  404  404  404  404  404  404  404  404
reports:blur               POST   302  404  404  404  404  404  404  404  404
reports:released           GET    302  404  404  404  404  404  404  404  404
reports:deed               POST   302  404  404  404  404  404  404  404  404
reports:routing            GET    302  404  404  403  403  403  200  403  403
reports:routing            POST   302  404  404  403  403  403  302  403  403
reports:decide_routing     POST   302  404  404  403  403  403  302  403  403
reports:contractor         GET    404  404  404  404  404  404  404  404  404
reports:contractor         POST   404  404  404  404  404  404  404  404  404
reports:contractor_photo   GET    404  404  404  404  404  404  404  404  404
readyz                     GET    200  200  200  200  200  200  200  200  200
service-worker             GET    200  200  200  200  200  200  200  200  200
processes:approve           POST  302  404  404  403  403  403  409  409  403
processes:begin             POST  302  404  404  403  403  403  302  302  403
processes:catalogue         GET   302  404  404  403  403  200  200  200  200
processes:draft             GET   302  404  404  403  403  200  200  200  200
processes:drop              POST  302  404  404  403  403  403  302  302  403
processes:editor            GET   302  404  404  403  403  403  200  200  403
processes:file              GET   302  404  404  403  403  200  200  200  200
processes:records           GET   302  404  404  403  403  200  200  200  200
processes:save              POST  302  404  404  403  403  422  422  422  422
processes:say_law           POST  302  404  404  403  403  403  422  422  403
processes:send              POST  302  404  404  403  403  422  422  422  422
processes:take_back         POST  302  404  404  403  403  409  409  409  409
processes:try_draft         GET   302  404  404  403  403  200  200  200  200
processes:try_version       GET   302  404  404  403  403  200  200  200  200
processes:version           GET   302  404  404  403  403  200  200  200  200
processes:approve_plan      POST  302  404  404  403  403  403  409  409  403
processes:begin_plan        POST  302  404  404  403  403  403  404  404  403
processes:drop_plan         POST  302  404  404  403  403  403  302  302  403
processes:go_on_with_plan   POST  302  404  404  403  403  403  409  409  403
processes:decline_offer     POST  302  404  404  403  403  403  302  302  403
processes:offer             GET   302  404  404  403  403  200  200  200  200
processes:take_offer        POST  302  404  404  403  403  403  422  422  403
processes:plan              GET   302  404  404  403  403  403  200  200  403
processes:save_plan         POST  302  404  404  403  403  403  409  409  403
processes:send_plan         POST  302  404  404  403  403  403  422  422  403
processes:take_back_plan    POST  302  404  404  403  403  403  409  409  403
shared_data:search         GET    200  200  200  200  200  200  200  200  200
shared_data:search         POST   200  200  200  200  200  200  200  200  200
status                     GET    200  200  200  200  200  200  200  200  200
status                     POST   200  200  200  200  200  200  200  200  200
styleguide                 GET    200  200  200  200  200  200  200  200  200
styleguide                 POST   200  200  200  200  200  200  200  200  200
styleguide-workspace       GET    200  200  200  200  200  200  200  200  200
styleguide-workspace       POST   200  200  200  200  200  200  200  200  200
verification:check         GET    200  200  200  200  200  200  200  200  200
verification:check         POST   422  422  422  422  422  422  422  422  422
verification:paper         GET    200  200  200  200  200  200  200  200  200
verification:paper         POST   422  422  422  422  422  422  422  422  422
shared_data:unit           GET    200  200  200  200  200  200  200  200  200
shared_data:calendars      GET    302  404  404  403  403  403  403  200  403
shared_data:calendar       GET    302  404  404  403  403  403  403  200  403
shared_data:change_days    GET    302  404  404  403  403  403  403  200  403
shared_data:change_days    POST   302  404  404  403  403  403  403  422  403
shared_data:change_hours   GET    302  404  404  403  403  403  403  200  403
shared_data:change_hours   POST   302  404  404  403  403  403  403  422  403
shared_data:take_back      GET    302  404  404  403  403  403  403  200  403
shared_data:take_back      POST   302  404  404  403  403  403  403  422  403
shared_data:agency         GET    200  200  200  200  200  200  200  200  200
api:find_units             GET    200  200  200  200  200  200  200  200  200
api:get_unit               GET    200  200  200  200  200  200  200  200  200
api:get_successors         GET    200  200  200  200  200  200  200  200  200
api:get_agency             GET    200  200  200  200  200  200  200  200  200
"""


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


def _build(folder: Path) -> World:
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


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Built once; every request is taken back. Committed: for a transaction open so long the audit log's sealer would wait."""
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                world = _build(tmp_path_factory.mktemp("world"))
            yield world
        finally:
            empty_tables()


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Row:
    name: str
    method: str
    expected: tuple[int, ...]
    arguments: dict[str, str]


def _rows() -> list[Row]:
    """The table above, and those of single services beside this file."""
    tables = [TABLE, *(file.read_text(encoding="utf-8") for file in sorted(Path(__file__).parent.glob("url_roles/*.txt")))]
    lines = [line.split() for table in tables for line in table.splitlines() if line.strip() and not line.startswith("#")]
    return [_row(*line) for line in lines]


def _row(address: str, method: str, *cells: str) -> Row:
    """`address`: its name, and after a question mark its arguments where the world below makes none."""
    name, _mark, given = address.partition("?")
    return Row(name, method, tuple(map(int, cells)), dict(parse_qsl(given)))


def _addresses(resolver: URLResolver | None = None, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join((*spaces, pattern.name or f"?{pattern.pattern}"))
        else:
            yield from _addresses(pattern, (*spaces, pattern.namespace) if pattern.namespace else spaces)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    named = set(_addresses())
    assert {row.name for row in _rows()} == named


def _answers(world: World, row: Row) -> tuple[int, ...]:
    return tuple(_ask(world, row, role) for role in ROLES)


def _ask(world: World, row: Row, role: str) -> int:
    client = world.client
    client.cookies = SimpleCookie(world.sessions.get(role))
    with _taken_back():
        address = reverse(row.name, kwargs=row.arguments or world.arguments.get(row.name, {}))
        data = b"" if row.method == "GET" else b"x=1"
        return client.generic(row.method, address, data=data, content_type="application/x-www-form-urlencoded").status_code


@pytest.mark.parametrize("row", _rows(), ids=lambda row: f"{row.method} {row.name}")
def test_an_address_answers_each_role_as_the_table_says(world: World, row: Row) -> None:
    assert dict(zip(ROLES, _answers(world, row), strict=True)) == dict(zip(ROLES, row.expected, strict=True))
