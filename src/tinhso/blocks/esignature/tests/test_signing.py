import hashlib
import re
import subprocess
import threading
from io import BytesIO

import pikepdf
import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509 import load_der_x509_certificate
from django.db import connections

from tinhso.blocks.directory.actions import appoint, create_post
from tinhso.blocks.esignature.actions import seal_place, sign_paper
from tinhso.blocks.esignature.appearance import typeface
from tinhso.blocks.esignature.models import SignatureRecord, SignatureRole
from tinhso.blocks.esignature.signing import Place
from tinhso.blocks.esignature.tests.samples import AT, draft, flipped
from tinhso.blocks.esignature.verify import Verdict, verify_pdf
from tinhso.blocks.files.reading import read_file
from tinhso.blocks.identity.tests import world
from tinhso.blocks.papers.actions import issue_paper, pdf_of, signed_pdf_of
from tinhso.blocks.papers.models import Kind, Paper
from tinhso.blocks.papers.tests.pdfa import departures
from tinhso.blocks.papers.tests.samples import CONTEXT
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import DomainError, NotAllowed, WrongState


def pdfsig(pdf: bytes, tmp_path) -> str:
    file = tmp_path / "signed.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdfsig", "-nocert", file], capture_output=True, text=True, check=False).stdout


def test_the_signed_paper_begins_with_the_unsigned_one_which_stays_as_it_was(paper, chairman, post):
    before = pdf_of(paper)
    sign_paper(paper, by=chairman, post=post, at=AT)
    assert pdf_of(paper) == before
    assert signed_pdf_of(paper).startswith(before)
    assert paper.signed_at == AT


def test_person_and_agency_sign_and_both_are_recorded(paper, chairman, post, ward):
    sign_paper(paper, by=chairman, post=post, at=AT, reason="Ký ban hành")
    person, agency = SignatureRecord.objects.filter(paper=paper).order_by("pk")
    assert (person.role, person.signer_name, person.post) == (SignatureRole.PERSON, "Nguyễn Thị Thuỳ Dương", post)
    assert person.authority == "KT. CHỦ TỊCH, PHÓ CHỦ TỊCH"
    assert (agency.role, agency.signer_name) == (SignatureRole.AGENCY, ward.name)
    assert {person.level, agency.level} == {"B-LTA"}
    assert AuditEntry.objects.filter(event="papers.signed", object_id=str(paper.pk), actor_id=chairman.pk).exists()


def test_pdfsig_agrees_that_both_signatures_are_valid(signed, tmp_path):
    said = pdfsig(signed, tmp_path)
    assert said.count("Signature is Valid.") == 2
    assert "Nguyễn Thị Thuỳ Dương (MẪU)" in said
    assert said.count("ETSI.CAdES.detached") == 2
    assert "Total document signed" in said  # the document timestamp


def test_pdfsig_agrees_that_an_altered_file_is_not(signed, tmp_path):
    said = pdfsig(flipped(signed), tmp_path)
    assert "Signature is Valid." not in said
    assert said.count("Digest Mismatch") == 2


def test_the_cms_holds_when_checked_by_hand(signed):
    """Digest over the byte range, and RSA over the signed attributes, without any of our code or pyHanko's."""
    for match in re.finditer(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)", signed):
        start, length, resume, rest = (int(number) for number in match.groups())
        content = signed[start : start + length] + signed[resume : resume + rest]
        token = bytes.fromhex(signed[start + length + 1 : resume - 1].decode())
        data = cms.ContentInfo.load(token)["content"]
        if data["encap_content_info"]["content_type"].native != "data":
            continue
        signer = data["signer_infos"][0]
        attributes = {attribute["type"].native: attribute["values"][0] for attribute in signer["signed_attrs"]}
        assert attributes["message_digest"].native == hashlib.sha256(content).digest()
        serial = signer["sid"].chosen["serial_number"].native
        holder = next(one.chosen for one in data["certificates"] if one.chosen.serial_number == serial)
        key = load_der_x509_certificate(holder.dump()).public_key()
        key.verify(signer["signature"].native, signer["signed_attrs"].untag().dump(), padding.PKCS1v15(), hashes.SHA256())


def test_the_signature_shows_who_and_when_as_text(signed):
    with pikepdf.open(BytesIO(signed)) as document:
        fields = {str(field.T): field for field in document.Root.AcroForm.Fields}
        assert set(fields) >= {"NguoiKy", "CoQuan"}
        assert "Nguyễn Thị Thuỳ Dương" in str(fields["NguoiKy"].TU)
        assert fields["NguoiKy"].AP.N.Resources.Font.F.DescendantFonts[0].FontDescriptor.FontFile2 is not None
        drawing = fields["NguoiKy"].AP.N.read_bytes().decode()
    assert typeface().shown("2026-02-05T09:30:00+07:00") in drawing


def test_the_seal_covers_a_third_of_the_signature_from_the_left():
    signature = Place(0, (300.0, 200.0, 480.0, 290.0))
    left, bottom, right, top = seal_place(signature).box
    assert right == 360.0
    assert left < 300
    assert round(right - left, 3) == round(top - bottom, 3)


def test_who_holds_no_signing_right_cannot_sign(paper, post, ward):
    for person in (world.somebody(), world.official(ward, "specialist")):
        with pytest.raises(NotAllowed):
            sign_paper(paper, by=person, post=post, at=AT)
    assert not SignatureRecord.objects.exists()


def test_a_paper_made_out_for_another_signer_is_refused(paper, ward):
    other = world.somebody("Lê Văn Tám")
    post = create_post(ward, "Chủ tịch UBND phường", roles=["signer"], signs="CHỦ TỊCH", by=None)
    appoint(other, post, valid_from=world.LONG_AGO, by=None)
    with pytest.raises(WrongState, match="Nguyễn Thị Thuỳ Dương"):
        sign_paper(paper, by=other, post=post, at=AT)


def test_a_paper_is_signed_once(paper, chairman, post):
    sign_paper(paper, by=chairman, post=post, at=AT)
    with pytest.raises(WrongState, match="đã được ký"):
        sign_paper(Paper.objects.get(pk=paper.pk), by=chairman, post=post, at=AT)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_at_once_one_is_told_that_it_is_done():
    ward = world.ward(world.province())
    post = create_post(ward, "Chủ tịch", roles=["signer"], signs="CHỦ TỊCH", by=None)
    chairman = world.somebody()
    appoint(chairman, post, valid_from=world.LONG_AGO, by=None)
    paper = draft(ward, signer=chairman, post=post)
    outcomes, barrier = [], threading.Barrier(2)

    def sign():
        barrier.wait()
        try:
            sign_paper(Paper.objects.get(pk=paper.pk), by=chairman, post=post, at=AT)
            outcomes.append("signed")
        except DomainError as error:
            outcomes.append(type(error).__name__)
        connections.close_all()

    signers = [threading.Thread(target=sign) for _ in range(2)]
    for signer in signers:
        signer.start()
    for signer in signers:
        signer.join()
    assert sorted(outcomes) == ["WrongState", "signed"]
    assert SignatureRecord.objects.count() == 2


def test_a_paper_without_a_place_is_signed_invisibly(ward, chairman, post):
    receipt = issue_paper(Kind.RECEIPT, agency=ward, by=None, context=CONTEXT, at=AT)
    signed = read_file(sign_paper(receipt, by=chairman, post=post, at=AT).signed_file)
    assert verify_pdf(signed).ok is Verdict.VALID


def test_signing_takes_nothing_of_pdf_a_away_as_far_as_can_be_checked_here(paper, chairman, post):
    assert departures(read_file(sign_paper(paper, by=chairman, post=post, at=AT).signed_file)) == []
