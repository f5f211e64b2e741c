import subprocess
import threading
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest
from django.db import connection, connections
from django.template import Context, Template

from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.identity.tests import world
from tinhso.blocks.papers.actions import issue_paper, pdf_of, withdraw_paper
from tinhso.blocks.papers.fonts import font_file, missing_letters
from tinhso.blocks.papers.letterhead import printed_signature
from tinhso.blocks.papers.models import Kind, Paper
from tinhso.blocks.papers.queries import initials, paper_by_code
from tinhso.blocks.papers.render import html_of, render_pdf
from tinhso.blocks.papers.tests.pdfa import departures
from tinhso.blocks.papers.tests.samples import AT, CONTEXT, LETTERS
from tinhso.kernel.errors import NotAllowed, WrongState


def issue(ward, kind=Kind.RECEIPT, **options):
    options.setdefault("context", CONTEXT)
    return issue_paper(kind, agency=ward, by=None, at=AT, **options)


def text_of(pdf: bytes, tmp_path) -> str:
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout


def test_the_receipt_says_what_form_01_must_say(ward, tmp_path):
    text = text_of(pdf_of(issue(ward)), tmp_path)
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "H20.82.05-260205-0012",
        "Trần Văn Phước Lộc",
        "082090001234",
        "Giấy chứng sinh",
        "01 (bộ)",
        "01 ngày làm việc",
        "08 giờ 05 phút, ngày 05 tháng 02 năm 2026",
        "17 giờ 00 phút, ngày 06 tháng 02 năm 2026",
        "8.000 đồng",
        "Bộ phận Một cửa UBND phường Mỹ Tho",
        "7KQ4",
        "NGƯỜI TIẾP NHẬN HỒ SƠ",
        "Lê Thị Ngọc Ửng",
    ):
        assert expected in text, expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(Kind.SUPPLEMENT, "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ"), (Kind.REFUSAL, "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ")],
)
def test_forms_02_and_03_give_the_reason(ward, tmp_path, kind, expected):
    text = text_of(pdf_of(issue(ward, kind)), tmp_path)
    assert expected in text
    assert "không đọc được họ tên mẹ" in text


def test_every_kind_of_paper_renders(ward):
    for kind in Kind:
        template = "" if kind in {Kind.RECEIPT, Kind.SUPPLEMENT, Kind.REFUSAL} else "papers/check.html"
        assert render_pdf(issue(ward, kind, template=template)).pdf.startswith(b"%PDF-1.7")


def test_all_vietnamese_letters_are_embedded_and_can_be_copied(ward, tmp_path):
    context = CONTEXT | {"reason": LETTERS}
    pdf = pdf_of(issue(ward, Kind.REFUSAL, context=context))
    assert LETTERS in text_of(pdf, tmp_path).replace("\n", "")
    fonts = subprocess.run(["pdffonts", tmp_path / "paper.pdf"], capture_output=True, text=True, check=True).stdout.splitlines()[
        2:
    ]
    assert fonts
    for line in fonts:
        assert "Liberation-Serif" in line
        assert line.split("Identity-H")[1].split()[:3] == ["yes", "yes", "yes"]  # embedded, subset, with Unicode


def test_the_font_on_this_machine_has_all_letters():
    for style in ("Regular", "Bold", "Italic", "Bold Italic"):
        file = font_file(style)
        assert file is not None
        assert missing_letters(file) == ""


def test_the_pdf_says_its_title_author_language_and_that_it_is_pdf_a(ward):
    paper = issue(ward, Kind.DECISION, number="05/QĐ-UBND", title="Quyết định", template="papers/check.html")
    with pikepdf.open(BytesIO(pdf_of(paper))) as document:
        assert str(document.docinfo["/Title"]) == "Quyết định số 05/QĐ-UBND"
        assert str(document.docinfo["/Author"]) == "UBND Phường Mỹ Tho"
        assert str(document.Root.Lang) == "vi"
        assert document.Root.MarkInfo.Marked
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "2U"


@pytest.mark.parametrize("kind", Kind)
def test_what_can_be_checked_here_of_pdf_a_2u_holds(ward, kind):
    template = "" if kind in {Kind.RECEIPT, Kind.SUPPLEMENT, Kind.REFUSAL} else "papers/check.html"
    assert departures(pdf_of(issue(ward, kind, template=template))) == []


def _without_metadata(pdf):
    del pdf.Root.Metadata


def _with_a_script(pdf):
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def _with_a_borrowed_font(pdf):
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary) and "/FontFile2" in one:
            del one["/FontFile2"]


def _in_cmyk(pdf):
    pdf.pages[0].contents_add(b"0 0 0 1 k 0 0 9 9 re f")


@pytest.mark.parametrize(
    ("spoil", "clause"),
    [(_without_metadata, "6.6.2"), (_with_a_script, "6.5"), (_with_a_borrowed_font, "6.2.11.4"), (_in_cmyk, "6.2.4")],
)
def test_the_check_of_pdf_a_sees_what_is_wrong(ward, spoil, clause):
    spoilt = BytesIO()
    with pikepdf.open(BytesIO(pdf_of(issue(ward, Kind.RECEIPT)))) as document:
        spoil(document)
        document.save(spoilt)
    assert any(found.startswith(clause) for found in departures(spoilt.getvalue()))


def test_the_bytes_are_made_once_and_never_change(ward):
    paper = issue(ward)
    first = pdf_of(paper)
    Paper.objects.filter(pk=paper.pk).update(context={**CONTEXT, "officer": "Người khác"})
    assert pdf_of(Paper.objects.get(pk=paper.pk)) == first
    paper.refresh_from_db()
    assert paper.sha256 == paper.file.sha256


@pytest.mark.django_db(transaction=True)
def test_two_who_open_a_paper_at_once_get_the_same_bytes(db):
    paper = issue(world.ward(world.province()))
    found, barrier = [], threading.Barrier(2)

    def open_it():
        barrier.wait()
        found.append(pdf_of(Paper.objects.get(pk=paper.pk)))
        connections.close_all()

    readers = [threading.Thread(target=open_it) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert found[0] == found[1]
    assert StoredFile.objects.count() == 1
    connection.close()


def test_a_paper_with_a_place_for_the_signature_says_where_it_is(ward):
    rendered = render_pdf(issue(ward, Kind.CERTIFICATE, template="papers/check.html"))
    place = rendered.signature_place
    assert place is not None
    left, bottom, right, top = place["box"]
    assert place["page"] == 0
    assert 280 < left < right < 560
    assert 80 < top - bottom < 110
    assert render_pdf(issue(ward)).signature_place is None


def test_what_a_citizen_typed_is_shown_as_text(ward):
    hostile = '<script>x</script><img src="file:///etc/passwd">'
    page = html_of(issue(ward, Kind.REFUSAL, context=CONTEXT | {"reason": hostile}))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_paper_loads_nothing_from_outside(ward, monkeypatch):
    monkeypatch.setattr("tinhso.blocks.papers.render.html_of", lambda paper: "<img src='file:///etc/hostname'><p>xong</p>")
    pdf = render_pdf(issue(ward)).pdf
    with pikepdf.open(BytesIO(pdf)) as document:
        assert not document.pages[0].get_images()


def test_a_long_paper_numbers_its_pages_from_the_second(ward, tmp_path):
    context = CONTEXT | {"reason": "\n".join(f"Lý do thứ {n} cần ghi rõ." for n in range(80))}
    pages = text_of(pdf_of(issue(ward, Kind.REFUSAL, context=context)), tmp_path).split("\f")
    assert pages[1].strip().startswith("2")
    assert not pages[0].strip().startswith("1")


def test_a_code_is_found_however_people_type_it(ward):
    paper = issue(ward)
    code = paper.verification_code
    assert paper_by_code(f" {code[:4].lower()}-{code[4:8]} {code[8:]}") == paper
    assert paper_by_code("'; --") is None


def test_initials_do_not_tell_the_name():
    assert initials("Nguyễn Văn  An") == "N. V. A."
    assert initials("") == ""


@pytest.mark.parametrize(
    ("signs", "title", "lines"),
    [
        ("CHỦ TỊCH", "Chủ tịch UBND phường", ["CHỦ TỊCH"]),
        ("KT. CHỦ TỊCH", "Phó Chủ tịch UBND phường", ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]),
        ("TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH", "Chủ tịch", ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]),
        ("TL. CHỦ TỊCH", "Chánh Văn phòng", ["TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"]),
        ("", "Giám đốc Sở Tư pháp", ["GIÁM ĐỐC"]),
    ],
)
def test_the_block_above_a_signature_follows_decree_30(signs, title, lines):
    assert printed_signature({"authority": signs, "title": title, "name": "A"})["authority"] == lines


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-02-05", "ngày 05 tháng 02 năm 2026"),
        ("2026-11-21T23:30:00+07:00", "ngày 21 tháng 11 năm 2026"),
        (datetime(2026, 12, 31, 18, 0, tzinfo=UTC), "ngày 01 tháng 01 năm 2027"),
        ("", "ngày …… tháng …… năm ……"),
    ],
)
def test_dates_are_written_out_as_the_decree_asks(value, shown):
    assert Template("{{ value|formal_day }}").render(Context({"value": value})) == shown


def test_only_who_may_can_withdraw_a_paper_and_only_once(ward):
    paper, outsider, signer = issue(ward), world.somebody(), world.official(ward, "signer")
    with pytest.raises(NotAllowed):
        withdraw_paper(paper, by=outsider, reason="Cấp nhầm")
    withdraw_paper(paper, by=signer, reason="Cấp nhầm")
    with pytest.raises(WrongState):
        withdraw_paper(paper, by=signer, reason="Cấp nhầm")
