import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tinhso.blocks.esignature.actions import ensure_certificate, revoke_certificate
from tinhso.blocks.esignature.authority import SAMPLE_MARK, authority
from tinhso.blocks.esignature.keys import SoftKeys, soft_keys
from tinhso.blocks.esignature.models import Certificate, CertificateState
from tinhso.blocks.esignature.status import signing_checks
from tinhso.blocks.identity.tests import world
from tinhso.kernel.errors import NotAllowed, WrongState


def test_the_chain_holds_and_every_part_says_that_it_is_a_sample():
    house = authority()
    house.issuing.verify_directly_issued_by(house.root)
    house.tsa.verify_directly_issued_by(house.root)
    for certificate in (house.root, house.issuing, house.tsa):
        assert SAMPLE_MARK in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value


def test_keys_on_disk_are_encrypted_and_only_the_owner_reads_them(tmp_path):
    keys = SoftKeys(tmp_path / "keys", b"passphrase")
    file = tmp_path / "keys" / f"{keys.generate()}.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"ENCRYPTED PRIVATE KEY" in file.read_bytes()
    with pytest.raises(ValueError, match=r"password|decrypt"):
        serialization.load_pem_private_key(file.read_bytes(), b"another")


def test_a_key_reference_cannot_leave_the_folder(tmp_path):
    with pytest.raises(ValueError, match="letters and digits"):
        SoftKeys(tmp_path, b"x").generate("../root")


_SERIAL = """
import pathlib, sys
from django.conf import settings
settings.configure(DATA_DIR=pathlib.Path(sys.argv[1]), KEYS_PASSPHRASE=b"x")
from tinhso.blocks.esignature.authority import authority
print(authority().root.serial_number)
"""


def test_processes_that_start_together_make_one_authority(tmp_path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", _SERIAL, str(tmp_path)]
    makers = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert len({maker.communicate(timeout=120)[0] for maker in makers}) == 1
    assert all(maker.returncode == 0 for maker in makers)


def test_a_half_made_authority_is_made_anew(tmp_path, settings):
    settings.DATA_DIR, settings.KEYS_PASSPHRASE = tmp_path, b"x"
    SoftKeys(tmp_path / "ca" / "keys", b"x").generate("root")
    assert authority().root.public_key() == soft_keys().public_key("root")


@pytest.mark.django_db
def test_an_owner_has_one_certificate_at_a_time_with_the_name_in_it(ward):
    person = world.somebody("Nguyễn Thị Thuỳ Dương")
    first = ensure_certificate(person)
    assert ensure_certificate(person) == first
    assert "Nguyễn Thị Thuỳ Dương (MẪU)" in first.subject
    seal = ensure_certificate(ward)
    assert "O=UBND Phường Mỹ Tho" in seal.subject
    assert (seal.person, seal.agency) == (None, ward)


@pytest.mark.django_db
def test_a_very_long_name_still_gets_a_certificate():
    person = world.somebody("Công Tằng Tôn Nữ Hồng Hạnh Thuỳ Dương Phương Nguyễn Thị Minh Khai")
    assert "Công Tằng Tôn Nữ" in ensure_certificate(person).subject


@pytest.mark.django_db
def test_a_revoked_or_expired_certificate_is_replaced():
    person, admin = world.somebody(), world.official(world.province(), "admin")
    first = ensure_certificate(person)
    moment = datetime.now(UTC)
    revoke_certificate(first, by=admin, at=moment)
    first.refresh_from_db()
    assert first.state_at(moment) is CertificateState.REVOKED
    assert first.state_at(moment - timedelta(days=1)) is CertificateState.ACTIVE
    second = ensure_certificate(person)
    assert second != first
    Certificate.objects.filter(pk=second.pk).update(not_after=moment - timedelta(days=1))
    assert ensure_certificate(person) not in (first, second)


@pytest.mark.django_db
def test_only_an_administrator_revokes_and_only_once():
    person, admin = world.somebody(), world.official(world.province(), "admin")
    certificate = ensure_certificate(person)
    with pytest.raises(NotAllowed):
        revoke_certificate(certificate, by=person)
    revoke_certificate(certificate, by=admin)
    with pytest.raises(WrongState):
        revoke_certificate(certificate, by=admin)


def test_the_status_page_says_that_signing_is_a_demonstration():
    assert [check.state for check in signing_checks()] == ["ok: demo", "ok: demo"]


def test_the_status_page_says_when_the_keys_do_not_open(tmp_path, settings):
    settings.DATA_DIR, settings.KEYS_PASSPHRASE = tmp_path, b"x"
    authority()
    (tmp_path / "ca" / "keys" / "issuing.key").unlink()
    soft_keys()._loaded.clear()
    first = signing_checks()[0]
    assert first.state == "failed"
    assert "sao lưu" in first.advice


@pytest.mark.django_db
def test_a_certificate_whose_key_is_lost_is_replaced():
    person = world.somebody()
    first = ensure_certificate(person)
    soft_keys()._path(first.key_reference).unlink()
    assert ensure_certificate(person) != first
