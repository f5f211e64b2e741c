"""`tinhso verify`: the form of its answer, and what it says with and without the database."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tinhso.blocks.directory.actions import appoint, create_post
from tinhso.blocks.directory.models import Person
from tinhso.blocks.esignature.actions import ensure_certificate, revoke_certificate, sign_paper
from tinhso.blocks.esignature.signing import sign_pdf
from tinhso.blocks.esignature.tests.samples import AT, draft, flipped
from tinhso.blocks.files.reading import read_file
from tinhso.blocks.identity.tests import world
from tinhso.blocks.papers.actions import pdf_of
from tinhso.config.cli import build

pytestmark = pytest.mark.django_db


def verify(file: Path) -> tuple[dict, int]:
    said: Result = CliRunner().invoke(build("verify"), ["verify", str(file), "--json"])
    return json.loads(said.output), said.exit_code


@pytest.fixture
def chairman() -> Person:
    ward = world.ward(world.province())
    person = world.somebody("Nguyễn Thị Thuỳ Dương")
    appoint(person, create_post(ward, "Chủ tịch", roles=["signer"], by=None), valid_from=world.LONG_AGO, by=None)
    return person


@pytest.fixture
def sealed(chairman: Person, tmp_path: Path) -> Path:
    """A result as it is handed out."""
    post = chairman.tenures.get().post
    paper = sign_paper(draft(post.agency, signer=chairman, post=post), by=chairman, post=post, at=AT)
    file = tmp_path / "result.pdf"
    file.write_bytes(read_file(paper.signed_file))
    return file


@pytest.fixture
def bare(chairman: Person, tmp_path: Path) -> Path:
    """A paper signed by one of our certificates, without proofs of its own about revocation."""
    post = chairman.tenures.get().post
    pdf = pdf_of(draft(post.agency, signer=chairman, post=post))
    file = tmp_path / "bare.pdf"
    file.write_bytes(sign_pdf(pdf, certificate=ensure_certificate(chairman, at=AT), field="A", at=AT))
    return file


def test_the_answer_names_signer_time_level_and_state_of_every_signature(sealed: Path) -> None:
    answer, status = verify(sealed)
    assert (answer["ok"], status) == ("valid", 0)
    assert answer["sentence"].startswith("Hợp lệ")
    person, agency = answer["signatures"]
    assert person["signer"] == "Nguyễn Thị Thuỳ Dương"
    assert agency["signer"] == "UBND Phường Mỹ Tho"
    for signature in (person, agency):
        assert signature["time"] == "2026-02-05T09:30:00+07:00"
        assert (signature["level"], signature["intact"], signature["trusted"], signature["sample"]) == ("B-LTA", True, True, True)


@pytest.mark.parametrize(
    ("content", "verdict"), [(b"", "unknown"), (b"hello", "unknown"), (b"%PDF-1.7\nhello", "unknown"), (None, "invalid")]
)
def test_whatever_is_not_certainly_valid_ends_with_status_1(sealed: Path, content: bytes | None, verdict: str) -> None:
    sealed.write_bytes(flipped(sealed.read_bytes()) if content is None else content)
    answer, status = verify(sealed)
    assert (answer["ok"], status) == (verdict, 1)
    assert answer["sentence"]


def test_a_revoked_certificate_is_known_from_the_database(bare: Path, chairman: Person) -> None:
    assert verify(bare)[0]["ok"] == "valid"
    admin = world.official(chairman.tenures.get().post.agency.parent, "admin")
    revoke_certificate(ensure_certificate(chairman, at=AT), by=admin, at=AT - timedelta(hours=1))
    answer, status = verify(bare)
    assert (answer["ok"], status) == ("invalid", 1)
    assert "thu hồi" in answer["sentence"]


def elsewhere(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Another Python, with the environment of somebody else."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run([sys.executable, *words], check=False, capture_output=True, text=True, env=kept | environment)


_SEVERAL = """
import json, sys
from typer.testing import CliRunner
from tinhso.config.cli import build
for file in sys.argv[1:]:
    said = CliRunner().invoke(build("verify"), ["verify", file, "--json"])
    print(json.loads(said.output)["ok"], said.exit_code)
"""


def test_without_a_database_the_proofs_inside_the_file_decide_every_time(sealed: Path, bare: Path) -> None:
    files = [str(sealed), str(bare)] * 2
    done = elsewhere("-c", _SEVERAL, *files, DATABASE_URL="postgresql://nobody@/nothing?host=/nonexistent")
    assert done.stdout.splitlines() == ["valid 0", "unknown 1"] * 2, done.stderr


def test_where_no_database_was_ever_made_it_answers_too_and_makes_none(sealed: Path, tmp_path: Path) -> None:
    done = elsewhere("-m", "tinhso.config.cli", "verify", str(sealed), "--json", TINHSO_DATA=str(tmp_path / "fresh"))
    assert (json.loads(done.stdout)["ok"], done.returncode) == ("unknown", 1)  # whose sample authority it does not know
    assert not (tmp_path / "fresh" / "postgres").exists()
