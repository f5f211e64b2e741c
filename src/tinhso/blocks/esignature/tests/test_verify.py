import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.utils.translation import override

from tinhso.blocks.esignature import verify
from tinhso.blocks.esignature.actions import ensure_certificate, revoke_certificate, sign_paper
from tinhso.blocks.esignature.signing import sign_pdf
from tinhso.blocks.esignature.tests import samples
from tinhso.blocks.esignature.tests.samples import AT, Stranger, draft
from tinhso.blocks.esignature.verify import Verdict, verify_pdf
from tinhso.blocks.files.reading import read_file
from tinhso.blocks.identity.tests import world
from tinhso.blocks.papers.actions import pdf_of

DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


def test_a_signed_and_sealed_paper_is_valid_and_says_so_plainly(signed):
    report = verify_pdf(signed)
    assert report.ok is Verdict.VALID
    assert report.sentence == (
        "Hợp lệ: tệp có 2 chữ ký số và không bị sửa đổi sau khi ký. "
        "Đây là chữ ký mẫu của hệ thống trình diễn, không có giá trị pháp lý."
    )
    person, agency = report.signatures
    assert (person.signer, person.role) == ("Nguyễn Thị Thuỳ Dương", "person")
    assert (agency.signer, agency.role) == ("UBND Phường Mỹ Tho", "agency")
    for signature in report.signatures:
        assert signature.time == AT
        assert signature.time_proven
        assert signature.level == "B-LTA"
        assert signature.intact
        assert signature.trusted
        assert signature.covers_whole_document
        assert not signature.modified_after
        assert signature.sample


def test_the_report_is_json_with_vietnamese_time(signed):
    facts = json.loads(json.dumps(verify_pdf(signed).as_dict()))
    assert facts["ok"] == "valid"
    assert facts["signatures"][0]["time"] == "2026-02-05T09:30:00+07:00"


@pytest.mark.parametrize(
    ("forge", "says"),
    [
        (samples.flipped, "tệp đã bị sửa"),
        (samples.painted_over, "sau khi ký"),
        (samples.annotated, "sau khi ký"),
        (samples.resaved, "tệp đã bị sửa"),
        (lambda pdf: pdf[: len(pdf) // 2], "Không hợp lệ"),
        (lambda pdf: pdf[:-150], "cắt bớt"),
        (lambda pdf: pdf + b"\n% more", "dữ liệu lạ"),
        (lambda pdf: pdf + b"\n% more\n%%EOF\n", "cắt bớt"),
    ],
    ids=["one bit", "painted over", "annotated", "resaved", "half", "end cut", "bytes after", "false end"],
)
def test_an_altered_file_is_invalid(signed, forge, says):
    report = verify_pdf(forge(signed))
    assert report.ok is Verdict.INVALID
    assert says in report.sentence


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda paper: b"hello", "không phải là PDF"),
        (lambda paper: b"", "không phải là PDF"),
        (lambda paper: b"%PDF-1.7 and nothing", "bị hỏng"),
        (pdf_of, "không có chữ ký số"),
        (lambda paper: samples.locked(pdf_of(paper)), "mật khẩu"),
    ],
    ids=["text", "empty", "pdf in name", "unsigned", "locked"],
)
def test_what_cannot_be_judged_is_unknown_and_never_valid(paper, make, says):
    report = verify_pdf(make(paper))
    assert report.ok is Verdict.UNKNOWN
    assert says in report.sentence
    assert report.signatures == []


def test_a_signature_of_an_unknown_authority_is_unknown_though_intact(paper):
    now = datetime.now(UTC)
    report = verify_pdf(Stranger(begins=now - DAY, ends=now + DAY).signs(pdf_of(paper)))
    assert report.ok is Verdict.UNKNOWN
    assert "không xác định được chứng thư số do tổ chức tin cậy nào cấp" in report.sentence
    (signature,) = report.signatures
    assert signature.intact
    assert signature.trusted is None
    assert signature.level == "B-B"


def test_one_unknown_signature_among_good_ones_is_enough_for_unknown(signed):
    now = datetime.now(UTC)
    report = verify_pdf(Stranger(begins=now - DAY, ends=now + DAY).signs(signed))
    assert report.ok is Verdict.UNKNOWN
    assert [signature.verdict.value for signature in report.signatures] == ["valid", "valid", "unknown"]


@pytest.fixture
def trusting(settings, tmp_path):
    """Trust a stranger's root, as an operator would by putting it into trust/."""

    def trust(stranger: Stranger) -> None:
        settings.DATA_DIR = tmp_path
        (tmp_path / "trust").mkdir()
        (tmp_path / "trust" / "root.pem").write_bytes(stranger.root_pem)

    return trust


def test_a_trusted_root_without_news_of_revocation_is_not_enough(paper, trusting):
    now, unsigned = datetime.now(UTC), pdf_of(paper)
    stranger = Stranger(begins=now - DAY, ends=now + DAY)
    trusting(stranger)
    report = verify_pdf(stranger.signs(unsigned))
    assert report.ok is Verdict.UNKNOWN
    assert "có bị thu hồi hay không" in report.sentence
    assert not report.signatures[0].sample


def test_an_expired_certificate_without_a_timestamp_is_unknown(paper, trusting):
    now, unsigned = datetime.now(UTC), pdf_of(paper)
    stranger = Stranger(begins=now - 10 * DAY, ends=now - DAY)
    trusting(stranger)
    report = verify_pdf(stranger.signs(unsigned))
    assert report.ok is Verdict.UNKNOWN
    assert "đã hết hạn và không có dấu thời gian" in report.sentence


def test_long_after_the_certificate_expired_the_timestamp_still_proves_the_signature(fresh, chairman):
    end = ensure_certificate(chairman, at=AT).not_after
    assert verify_pdf(fresh, at=end + 365 * DAY).ok is Verdict.VALID


def test_a_signature_made_after_revocation_is_invalid(ward, chairman, paper):
    certificate = ensure_certificate(chairman, at=AT)
    admin = world.official(ward.parent, "admin")
    revoke_certificate(certificate, by=admin, at=AT - DAY)
    report = verify_pdf(sign_pdf(pdf_of(paper), certificate=certificate, field="A", at=AT))
    assert report.ok is Verdict.INVALID
    assert "thu hồi trước khi ký" in report.sentence


def test_a_signature_proven_older_than_the_revocation_stays_valid(ward, chairman, fresh):
    admin = world.official(ward.parent, "admin")
    revoke_certificate(ensure_certificate(chairman, at=AT), by=admin, at=AT + DAY)
    assert verify_pdf(fresh).ok is Verdict.VALID


def test_a_signature_dated_after_the_certificate_expired_is_invalid(ward, chairman, paper):
    certificate = ensure_certificate(chairman, at=AT)
    late = certificate.not_after + 10 * DAY
    report = verify_pdf(sign_pdf(pdf_of(paper), certificate=certificate, field="A", at=late), at=late + DAY)
    assert report.ok is Verdict.INVALID
    assert "hết hạn trước khi ký" in report.sentence


def test_without_long_term_proofs_our_own_lists_decide(chairman, paper):
    certificate = ensure_certificate(chairman, at=AT)
    report = verify_pdf(sign_pdf(pdf_of(paper), certificate=certificate, field="A", at=AT))
    assert report.ok is Verdict.VALID
    assert report.signatures[0].level == "B-T"


def test_a_signature_of_another_installation_is_unknown_here(signed, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    assert verify_pdf(signed).ok is Verdict.UNKNOWN


def test_the_sentences_follow_the_language(signed):
    with override("en"):
        report = verify_pdf(signed)
    assert report.sentence.startswith("Valid: ")
    assert "was valid at the time of signing" in report.signatures[0].reason


def test_a_second_paper_of_the_same_signer_is_judged_alike(ward, chairman, post):
    other = draft(ward, signer=chairman, post=post)
    assert verify_pdf(read_file(sign_paper(other, by=chairman, post=post, at=AT).signed_file)).ok is Verdict.VALID


def test_without_the_database_a_fresh_paper_is_judged_by_the_lists_inside_it(signed, monkeypatch):
    def gone(moment):
        raise DatabaseError

    monkeypatch.setattr("tinhso.blocks.esignature.trust.revoked_until", gone)
    assert verify_pdf(signed, at=AT + DAY).ok is Verdict.VALID


def test_a_file_is_judged_though_the_authoritys_keys_are_locked(signed, settings):
    settings.DATA_DIR = Path(shutil.copytree(settings.DATA_DIR / "ca", settings.DATA_DIR / "copy" / "ca")).parent
    try:
        settings.KEYS_PASSPHRASE = b"another"
        assert verify_pdf(signed).ok is Verdict.UNKNOWN
    finally:
        shutil.rmtree(settings.DATA_DIR)


def test_a_file_made_to_keep_us_busy_is_given_up(monkeypatch):
    monkeypatch.setattr(verify, "_PATIENCE", 0.5)
    report = verify_pdf(b"%PDF-1.7\n" + bytes(4 * 1024 * 1024) + b"%%EOF")
    assert report.ok is Verdict.UNKNOWN
    assert "quá phức tạp" in report.sentence
