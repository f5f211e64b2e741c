"""Pages ask the database as often for fifty rows as for five. A number here may fall; when it rises somebody has looked away."""

from collections.abc import Callable
from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.tests.folder import PROCEDURE, write_folder

Submit = Callable[..., Case]


def queries_of(client: Client, address: str) -> int:
    """How many queries the page makes once the process is warm."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    return len(seen)


def with_procedures(count: int, folder: Path) -> None:
    for number in range(count):
        code = f"9.1{number:05d}"
        procedure = PROCEDURE.replace("9.000001", code)
        install_procedure(load_folder(write_folder(folder / code, procedure=procedure)), by=None)


def test_home_and_search_for_a_visitor(town: Town, client: Client, tmp_path: Path) -> None:
    with_procedures(5, tmp_path / "few")
    few = [queries_of(client, address) for address in ("/", "/thu-tuc/", "/thu-tuc/?q=xac+nhan")]
    with_procedures(50, tmp_path / "many")
    many = [queries_of(client, address) for address in ("/", "/thu-tuc/", "/thu-tuc/?q=xac+nhan")]

    assert (few, many) == ([2, 2, 2], [2, 2, 2])


def test_my_cases(town: Town, submitted: Submit, citizen: Client) -> None:
    for _ in range(5):
        accept_case(submitted(), by=town.clerk, at=MONDAY)
    few = queries_of(citizen, "/ho-so/")
    for _ in range(15):
        accept_case(submitted(), by=town.clerk, at=MONDAY)

    assert (few, queries_of(citizen, "/ho-so/")) == (7, 7)


def test_the_page_of_a_case(town: Town, submitted: Submit, citizen: Client) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)

    assert queries_of(citizen, f"/ho-so/{case.code}/") == 13
