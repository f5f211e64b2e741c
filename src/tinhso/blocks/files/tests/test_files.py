import hashlib
import zipfile
import zlib
from io import BytesIO
from resource import RUSAGE_SELF, getrusage

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tinhso.blocks.files.actions import store_bytes, store_upload
from tinhso.blocks.files.content import PDF, safe_name
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.reading import file_response, open_file, read_file
from tinhso.blocks.files.tests import samples
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid

pytestmark = pytest.mark.django_db


def store(content: bytes, name: str = "a.pdf", **options) -> StoredFile:
    return store_upload(samples.upload(content, name), by=None, **options)


def test_an_upload_keeps_its_bytes_its_hash_and_its_vietnamese_name():
    content = samples.pdf()
    stored = store(content, "Giấy chứng sinh – bản chính.PDF")
    assert stored.name == "Giấy chứng sinh – bản chính.pdf"
    assert (stored.content_type, stored.size) == ("application/pdf", len(content))
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert read_file(stored) == content


def test_equal_content_is_stored_once_under_two_names():
    content = samples.image("PNG")
    first, second = store(content, "mặt trước.png"), store(content, "mặt sau.png")
    assert first.path == second.path
    assert {first.name, second.name} == {"mặt trước.png", "mặt sau.png"}


def test_a_stored_object_cut_short_by_a_crash_is_not_trusted():
    content = samples.image("PNG")
    stored = store(content)
    with open(default_storage.path(stored.path), "wb") as broken:
        broken.write(content[:10])
    again = store(content)
    assert read_file(again) == content


def test_the_type_follows_the_bytes_and_not_the_claim():
    stored = store_upload(SimpleUploadedFile("anh.pdf", samples.image("JPEG"), "application/pdf"), by=None)
    assert (stored.content_type, stored.name) == ("image/jpeg", "anh.pdf.jpg")


@pytest.mark.parametrize("content", [b"MZ\x90\x00 a program", b"<html><script>alert(1)</script></html>", b"GIF89a" + bytes(40)])
def test_another_type_is_refused_and_the_allowed_ones_are_named(content):
    with pytest.raises(Invalid, match=r"PDF, JPEG, PNG, Word \(\.docx\), Excel \(\.xlsx\)"):
        store(content)


def test_a_caller_may_allow_fewer_types():
    with pytest.raises(Invalid, match=r"Hãy gửi tệp PDF\."):
        store(samples.image(), allowed=(PDF,))


def test_a_file_over_the_limit_is_refused_with_the_limit_and_the_types():
    with pytest.raises(Invalid, match=r"lớn hơn 1 MB.*PDF, JPEG"):
        store(samples.pdf() + bytes(1024 * 1024), max_size=1024 * 1024)
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "trống"),
        (samples.pdf()[:300], "PDF bị hỏng"),
        (b"%PDF-1.7\nnothing here\n%%EOF", "PDF bị hỏng"),
        (samples.pdf("mat khau"), "mật khẩu"),
        (samples.image("JPEG")[:3000], "Ảnh bị hỏng"),
        (samples.image("PNG")[:3000], "Ảnh bị hỏng"),
        (samples.docx("word/vbaProject.bin"), "macro"),
        (samples.docx()[:-30], "Loại tệp này không nhận được"),
    ],
    ids=["empty", "pdf cut", "pdf in name only", "pdf locked", "jpeg cut", "png cut", "macro", "docx cut"],
)
def test_a_broken_or_dangerous_file_is_refused_with_the_reason(content, says):
    with pytest.raises(Invalid, match=says):
        store(content)


def test_a_zip_bomb_in_an_office_file_is_refused_without_unpacking_it(monkeypatch):
    monkeypatch.setattr("tinhso.blocks.files.content._MAX_UNZIPPED", 1024 * 1024)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", bytes(2 * 1024 * 1024))
    with pytest.raises(Invalid, match="giải nén ra quá lớn"):
        store(out.getvalue())


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\a\\Đơn.pdf", "Đơn.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("", "tep.pdf"),
        ("e\u0302.pdf", "ê.pdf"),
        ("x" * 400 + ".pdf", "x" * 190 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(given, shown):
    assert safe_name(given, PDF) == shown


def test_storing_leaves_an_audit_row_without_the_name():
    stored = store(samples.pdf(), "Nguyễn Văn A.pdf")
    entry = AuditEntry.objects.get(event="files.stored", object_id=str(stored.pk))
    assert entry.facts["sha256"] == stored.sha256
    assert "Nguyễn" not in str(entry.facts)


def test_a_download_cannot_run_in_the_browser():
    stored = store(samples.image("PNG"), "ảnh.png")
    response = file_response(stored)
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert b"".join(response.streaming_content) == read_file(stored)


def test_only_pdf_and_images_are_shown_in_place():
    picture = store(samples.image("PNG"))
    page = store_bytes("trang.html", b"<script>alert(1)</script>", "text/html")
    assert file_response(picture, inline=True)["Content-Disposition"].startswith("inline")
    assert file_response(page, inline=True)["Content-Disposition"].startswith("attachment")


def test_bytes_of_the_system_are_kept_as_they_are():
    stored = store_bytes("danh sách.csv", b"a;b\n", "text/csv")
    with open_file(stored) as file:
        assert file.read() == b"a;b\n"


def _grown(act) -> int:
    """By how many megabytes the greatest memory of the process grew."""
    before = getrusage(RUSAGE_SELF).ru_maxrss
    act()
    return (getrusage(RUSAGE_SELF).ru_maxrss - before) // 1024


def test_a_pdf_whose_table_inflates_to_gigabytes_is_refused_in_little_memory():
    packer = zlib.compressobj(9)
    table = b"".join(packer.compress(bytes(1024 * 1024)) for _megabyte in range(700)) + packer.flush()
    head = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    stream = b"<</Type/XRef/Size 9/W[1 4 2]/Root 1 0 R/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (
        len(table),
        table,
    )
    content = b"%s5 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (head, stream, len(head))

    def upload() -> None:
        with pytest.raises(Invalid, match="PDF bị hỏng"):
            store(content)

    assert _grown(upload) < 300


def test_a_large_scan_as_png_is_taken_in_little_memory():
    scan = BytesIO()
    Image.new("1", (9000, 9000)).save(scan, "PNG")
    assert _grown(lambda: store(scan.getvalue(), "a.png")) < 100
