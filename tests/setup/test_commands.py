"""The command line, in this process and on the test database."""

import json
import re
import subprocess
import sys
import time

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from typer.testing import CliRunner, Result

from tinhso.config.cli import build
from tinhso.config.grants import grant_application_rights, guard_audit_log
from tinhso.config.postgres import APP
from tinhso.config.system.checks import check_audit_rights
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.audit.seal import seal_entries


def tinhso(*words: str) -> Result:
    return CliRunner().invoke(build(words[0]), list(words))


def entry(event: str = "test.happened") -> AuditEntry:
    return AuditEntry.objects.create(event=event, object_type="test.thing", object_id="1")


def seal(count: int) -> None:
    """Seal so many entries; the sealer waits for every older transaction of the server, those of other tests included."""
    deadline = time.monotonic() + 240
    while (count := count - seal_entries()) > 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert count == 0


def test_help_teaches_every_command_with_an_example() -> None:
    overview = CliRunner().invoke(build(), ["--help"]).output
    for name in ("run", "stop", "check", "demo", "db", "audit", "verify", "units", "clock"):
        assert re.search(rf"^  {name} ", overview, re.MULTILINE), name
    for words in (["run"], ["check"], ["audit", "verify"], ["db", "shell"], ["demo", "reset"], ["verify"]):
        assert "Example" in tinhso(*words, "--help").output, words


def test_a_command_that_needs_no_database_does_not_load_django() -> None:
    program = "import sys; from tinhso.config.cli import build; build('run'); sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.django_db
def test_db_shell_answers_in_rows_or_json() -> None:
    assert tinhso("db", "shell", "-c", "SELECT 1, NULL, 'đ'").output == "1||đ\n"
    assert json.loads(tinhso("db", "shell", "--json", "-c", "SELECT 1 AS one").output) == [{"one": 1}]


@pytest.mark.django_db
def test_db_shell_answers_every_statement() -> None:
    assert tinhso(
        "db", "shell", "-c", "SELECT 1; CREATE TEMPORARY TABLE t (n int); SELECT 'a' UNION SELECT 'b' ORDER BY 1"
    ).output == ("1\n0 dòng / rows\na\nb\n")
    assert json.loads(tinhso("db", "shell", "--json", "-c", "SELECT 1 AS n; SELECT 2 AS n").output) == [{"n": 1}, {"n": 2}]


@pytest.mark.django_db
def test_db_shell_tells_what_the_database_says_without_a_traceback() -> None:
    result = tinhso("db", "shell", "-c", "SELECT nonsense")
    assert 'column "nonsense" does not exist' in str(result.exception)
    assert result.exit_code == 1


@pytest.mark.django_db(transaction=True)
def test_audit_verify_counts_the_sealed_rows() -> None:
    entry()
    seal(1)
    entry()
    result = tinhso("audit", "verify", "--json")
    answer = json.loads(result.output)
    assert (answer["rows"], answer["first_bad"], answer["unsealed"]) == (1, None, 1)
    assert result.exit_code == 0


@pytest.mark.django_db(transaction=True)
def test_audit_verify_finds_a_tampered_row_and_fails() -> None:
    entry()
    tampered = entry()
    entry()
    seal(3)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_auditentry SET event = 'test.never_happened' WHERE id = %s", [tampered.pk])
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER audit_auditentry_append_only")
    result = tinhso("audit", "verify", "--json")
    assert json.loads(result.output)["first_bad"] == tampered.pk
    assert result.exit_code == 1


@pytest.mark.django_db
def test_migrating_switches_the_guards_of_the_audit_log_on_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
    assert [check.state for check in check_audit_rights()] == ["failed"]
    guard_audit_log(connection)
    assert [check.state for check in check_audit_rights()] == ["ok"]
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_auditentry")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditentry SET event = 'x'", "DELETE FROM audit_auditentry", "DELETE FROM audit_auditseal"]
)
def test_even_the_owner_cannot_rewrite_the_audit_log(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        (
            "INSERT INTO audit_auditentry (event, object_type, object_id, correlation_id, facts) VALUES ('x', 'y', 1, '', '{}')",
            True,
        ),
        ("SELECT count(*) FROM audit_auditseal", True),
        ("UPDATE audit_auditentry SET event = 'x'", False),
        ("DELETE FROM audit_auditseal", False),
        ("TRUNCATE audit_auditentry", False),
        ("UPDATE directory_unit SET name = name WHERE false", True),
        ("DELETE FROM django_migrations WHERE false", False),
        ("CREATE TABLE mine ()", False),
        ("ALTER TABLE audit_auditentry DISABLE TRIGGER USER", False),
    ],
)
def test_what_the_application_may_do_in_the_database(statement: str, allowed: bool) -> None:
    grant_application_rights(connection, APP)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP}")
        if allowed:
            cursor.execute(statement)
        else:
            with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
                cursor.execute(statement)
        cursor.execute("RESET ROLE")


@pytest.mark.django_db
def test_check_names_every_part_of_the_machine() -> None:
    from tinhso.config.system.checks import system_checks

    parts = {check.part: check for check in system_checks()}
    for part in (
        "database",
        "database.postgis",
        "database.tables",
        "worker",
        "clock",
        "static files",
        "fonts",
        "disk",
        "secrets",
    ):
        assert part in parts, part
    assert parts["database"].good
    assert parts["fonts"].good
    assert not parts["worker"].good, "no worker runs beside the tests"
    assert parts["worker"].advice
