"""From files to pages, and from pages to the copy of a part."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from django.db import connection
from PIL import Image

from tinhso.blocks.cases.actions.intake import accept_case, refuse_case
from tinhso.blocks.cases.models import Case, CaseFacts, Part, PartFile, TimelineEntry
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.esignature.verify import verify_pdf
from tinhso.blocks.files.reading import read_file
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tinhso.services.scanning.actions import (
    FORGOTTEN_AFTER,
    assign_pages,
    bind_part,
    drop_page,
    forget_pages,
    keep_bad_page,
    move_page,
    take_pages,
    turn_page,
)
from tinhso.services.scanning.models import Digitised, Page
from tinhso.services.scanning.pictures import MOST_PAGES, Budget, pages_of
from tinhso.services.scanning.quality import Level
from tinhso.services.scanning.tests.conftest import A4_AT_200, as_file, sheet

pytestmark = pytest.mark.django_db
GPS = 0x8825


@pytest.fixture
def case(submitted: Callable[..., Case], town: Town) -> Case:
    return accept_case(submitted(), by=town.clerk, at=MONDAY)


@pytest.fixture
def part(case: Case) -> Part:
    return case.parts.get(code="don")


def scanned_pdf(pages: int = 2) -> BytesIO:
    first, *others = [sheet() for _ in range(pages)]
    return as_file(first, "PDF", resolution=200, save_all=True, append_images=others)


def take(case: Case, part: Part | None, town: Town, file: BytesIO, key: str = "k") -> list[Page]:
    return take_pages(case, part, file, by=town.clerk, origin=Page.Origin.UPLOAD, key=key)


def order(part: Part) -> list[str]:
    return list(Page.objects.filter(part=part).order_by("position", "pk").values_list("key", flat=True))


def test_a_photograph_is_kept_upright_and_without_place_and_time() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    exif[0x0132] = "2026:11:16 09:00:00"
    exif.get_ifd(GPS)[1] = "N"
    [taken] = pages_of(as_file(sheet().rotate(90, expand=True), exif=exif))
    with Image.open(BytesIO(taken.content)) as kept:
        assert (kept.width, kept.height) == A4_AT_200
        assert dict(kept.getexif()) == {}
    assert taken.findings == []


def test_a_finer_picture_than_needed_is_made_smaller() -> None:
    [taken] = pages_of(as_file(sheet((3307, 4677))))
    assert (taken.width, taken.height, taken.dpi) == (2480, 3508, 300)


def test_png_and_tiff_of_several_pages_become_pages() -> None:
    assert len(pages_of(as_file(sheet().convert("RGBA"), "PNG"))) == 1
    tiff = as_file(sheet().convert("1"), "TIFF", save_all=True, append_images=[sheet().convert("1")], dpi=(200, 200))
    pages = pages_of(tiff)
    assert [(page.dpi, page.findings) for page in pages] == [(200, []), (200, [])]


def test_a_scanned_pdf_is_cut_into_pages_whose_pictures_are_checked_and_left_alone() -> None:
    pages = pages_of(scanned_pdf())
    assert [(page.content_type, page.dpi, page.findings) for page in pages] == [("application/pdf", 200, [])] * 2
    [coarse] = pages_of(as_file(sheet((827, 1170)), "PDF", resolution=100))
    assert [(finding.code, finding.level) for finding in coarse.findings] == [("resolution", Level.BAD)]


def test_a_page_that_was_written_not_scanned_needs_no_check() -> None:
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(595, 842))
        document.save(content := BytesIO())
    [page] = pages_of(content)
    assert (page.width, page.dpi, page.findings) == (0, 0, [])


@pytest.mark.parametrize("content", [b"", b"Xin chao", b"\xff\xd8\xff\xe0broken", b"II*\x00broken", b"%PDF-1.7 broken"])
def test_what_is_no_page_is_refused_with_words(content: bytes) -> None:
    with pytest.raises(Invalid):
        pages_of(BytesIO(content))


def test_a_picture_cut_off_a_pdf_of_too_many_pages_and_a_signed_one_are_refused() -> None:
    whole = as_file(sheet()).getvalue()
    with pytest.raises(Invalid):
        pages_of(BytesIO(whole[: len(whole) // 2]))
    with pikepdf.new() as document:
        for _ in range(MOST_PAGES + 1):
            document.add_blank_page(page_size=(595, 842))
        document.save(long := BytesIO())
    with pytest.raises(Invalid, match="61"):
        pages_of(long)
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(595, 842))
        document.Root.AcroForm = pikepdf.Dictionary(SigFlags=3, Fields=pikepdf.Array())
        document.save(signed := BytesIO())
    with pytest.raises(Invalid, match="chữ ký số"):
        pages_of(signed)


def filled_form(text: str, *, drawn: bool) -> BytesIO:
    """A page with one field that somebody filled; `drawn`: with how it looks, as most programs write it."""
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(595, 842))
        field = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="ten", F=4, Rect=[50, 700, 300, 730]
        )
        field.V, field.DA = pikepdf.String(text), pikepdf.String("/Helv 12 Tf 0 g")
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        font.Encoding = pikepdf.Name.WinAnsiEncoding
        fonts = pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=document.make_indirect(font)))
        look = b"/Tx BMC EMC"
        if drawn:
            look = f"/Tx BMC q BT /Helv 12 Tf 2 8 Td ({text}) Tj ET Q EMC".encode()
        look = document.make_stream(look, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 250, 30])
        look.Resources = fonts
        field.AP = pikepdf.Dictionary(N=look)
        field = document.make_indirect(field)
        document.pages[0].Annots = pikepdf.Array([field])
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]), DR=fonts, NeedAppearances=not drawn)
        document.save(content := BytesIO())
    return content


@pytest.mark.parametrize("drawn", [True, False])
def test_what_was_filled_into_a_pdf_is_part_of_its_page(drawn: bool) -> None:
    [page] = pages_of(filled_form("NGUYEN VAN AN", drawn=drawn))
    with pikepdf.open(BytesIO(page.content)) as document:
        [sheet_] = document.pages
        assert "/Annots" not in sheet_
        assert any(b"NGUYEN VAN AN" in form.read_bytes() for form in sheet_.Resources.XObject.values())


def test_letters_that_would_be_lost_are_not_taken() -> None:
    with pytest.raises(Invalid, match="in ra"):
        pages_of(filled_form("Nguyễn Văn Ân", drawn=False))


def test_odd_pdfs_are_refused_with_words() -> None:
    for form in (7, pikepdf.Dictionary(SigFlags=pikepdf.Name.Odd)):
        with pikepdf.new() as document:
            document.add_blank_page(page_size=(595, 842))
            document.Root.AcroForm = form
            document.save(odd := BytesIO())
        with pytest.raises(Invalid, match="PDF bị hỏng"):
            pages_of(odd)


def test_pages_and_pixels_are_counted_before_they_are_decoded() -> None:
    tiff = as_file(sheet().convert("1"), "TIFF", save_all=True, append_images=[sheet().convert("1")])
    for file in (tiff, scanned_pdf()):
        with pytest.raises(Invalid, match="chỗ cho 1 trang"):
            pages_of(file, room=1)
    one = A4_AT_200[0] * A4_AT_200[1]
    with pytest.raises(Invalid, match="quá lớn"):
        pages_of(tiff, budget=Budget(2 * one - 1))
    shared = Budget(3 * one)
    assert len(pages_of(tiff, budget=shared)) == 2
    levels = [[finding.code for finding in page.findings] for page in pages_of(scanned_pdf(), budget=shared)]
    assert levels == [[], ["unseen"]]


def test_a_grey_of_16_bits_is_not_bleached() -> None:
    [taken] = pages_of(as_file(Image.new("I;16", (1654, 2339), 200 * 257), "PNG"))
    with Image.open(BytesIO(taken.content)) as kept:
        assert kept.mode == "L"
        assert abs(int(str(kept.getpixel((9, 9)))) - 200) <= 2


def test_a_page_that_was_bound_meanwhile_is_neither_turned_nor_dropped_nor_kept(case: Case, part: Part, town: Town) -> None:
    [page] = take(case, part, town, as_file(sheet()))
    bind_part(case, part, by=town.clerk)
    for late in (turn_page, drop_page):
        with pytest.raises(NotFound):
            late(page, by=town.clerk)
    with pytest.raises(NotFound):
        keep_bad_page(page, reason="Giấy gốc đã mờ", by=town.clerk)


def test_pages_left_in_a_refused_case_are_forgotten_after_some_weeks(submitted: Callable[..., Case], town: Town) -> None:
    case, other = submitted(), submitted()
    for one in (case, other):
        take(one, None, town, as_file(sheet()))
    ended = refuse_case(case, by=town.clerk, reason="Không thuộc thẩm quyền").ended_at
    assert ended is not None
    assert forget_pages(at=ended + FORGOTTEN_AFTER) == 0
    assert forget_pages(at=ended + FORGOTTEN_AFTER + timedelta(hours=1)) == 1
    assert Page.objects.get().case == other


def test_the_same_upload_sent_twice_is_kept_once(case: Case, part: Part, town: Town) -> None:
    assert len(take(case, part, town, as_file(sheet()))) == 1
    assert take(case, part, town, as_file(sheet())) == []
    assert Page.objects.count() == 1


def test_pages_are_turned_moved_given_to_another_part_and_dropped(case: Case, part: Part, town: Town) -> None:
    first, second = (take(case, part, town, as_file(sheet()), key=key)[0] for key in "ab")
    assert turn_page(first, by=town.clerk).turned == 90
    assert move_page(second, forward=False, by=town.clerk)
    assert not move_page(second, forward=False, by=town.clerk)
    assert order(part) == ["b.0", "a.0"]
    assert assign_pages([second], None, by=town.clerk) == 1
    assert order(part) == ["a.0"]
    drop_page(first, by=town.clerk)
    assert order(part) == []
    assert Page.objects.get().part is None


def test_a_copy_is_bound_in_order_with_what_it_is_of(case: Case, part: Part, town: Town) -> None:
    picture = take(case, part, town, as_file(sheet()), key="a")[0]
    turn_page(picture, by=town.clerk)
    take(case, part, town, scanned_pdf(), key="b")
    copy = bind_part(case, part, by=town.clerk, at=MONDAY)
    assert copy.file.name == f"{case.code}-don-01.pdf"
    with pikepdf.open(BytesIO(read_file(copy.file))) as document, document.open_metadata() as facts:
        assert len(document.pages) == 3
        assert document.pages[0].Rotate == 90
        assert [round(float(edge)) for edge in document.pages[0].mediabox] == [0, 0, 595, 842]
        assert facts["dc:title"] == part.name
        assert facts["dc:identifier"] == f"{case.code}/don"
        assert facts["dc:creator"] == ["UBND phường Đạo Thạnh"]
    made = Digitised.objects.get()
    assert (made.pages, made.made_by, len(made.quality)) == (3, town.clerk, 3)
    assert not Page.objects.exists()
    assert TimelineEntry.objects.get(event="digitised").public is False


def test_a_copy_may_be_signed_by_the_clerk_who_made_it_and_sealed_by_the_agency(case: Case, part: Part, town: Town) -> None:
    take(case, part, town, as_file(sheet()), key="a")
    copy = bind_part(case, part, by=town.clerk, sign=True)
    report = verify_pdf(read_file(copy.file))
    assert [(one.signer, one.intact) for one in report.signatures] == [
        (town.clerk.full_name, True),
        ("UBND phường Đạo Thạnh", True),
    ]
    assert (copy.digitised.certificate.person, copy.digitised.seal.agency) == (town.clerk, town.agency)
    assert "có dấu cơ quan" in copy.digitised.note
    assert AuditEntry.objects.get(event="scanning.sealed").facts["serial"] == copy.digitised.seal.serial


def test_bound_twice_there_is_one_copy_and_pages_added_later_make_a_second(case: Case, part: Part, town: Town) -> None:
    take(case, part, town, as_file(sheet()), key="a")
    bind_part(case, part, by=town.clerk)
    with pytest.raises(WrongState):
        bind_part(case, part, by=town.clerk)
    take(case, part, town, as_file(sheet()), key="b")
    assert bind_part(case, part, by=town.clerk).file.name == f"{case.code}-don-02.pdf"
    assert PartFile.objects.count() == 2


def test_a_bad_page_is_bound_only_with_a_reason_which_is_kept(case: Case, part: Part, town: Town) -> None:
    page = take(case, part, town, as_file(sheet((827, 1170))))[0]
    with pytest.raises(Invalid, match="Trang 1"):
        bind_part(case, part, by=town.clerk)
    with pytest.raises(Invalid):
        keep_bad_page(page, reason=" mờ ", by=town.clerk)
    keep_bad_page(page, reason="Giấy gốc đã mờ", by=town.clerk)
    bind_part(case, part, by=town.clerk)
    [told] = Digitised.objects.get().quality
    assert told["reason"] == "Giấy gốc đã mờ"
    assert told["findings"] == [["resolution", "bad", 100]]


def test_figures_count_a_case_as_digitised_when_a_copy_is_bound_not_while_pages_wait(case: Case, part: Part, town: Town) -> None:
    take(case, part, town, as_file(sheet()))
    connection.check_constraints()
    assert not CaseFacts.objects.filter(digital_parts=True).exists()
    bind_part(case, part, by=town.clerk)
    connection.check_constraints()  # the facts are gathered by deferred triggers
    assert CaseFacts.objects.get(digital_parts=True).case_id == case.pk


def test_nobody_but_those_who_digitise_there_may_and_not_in_a_refused_case(submitted: Callable[..., Case], town: Town) -> None:
    case = submitted()
    part = case.parts.get(code="don")
    with pytest.raises(NotAllowed):
        take_pages(case, part, as_file(sheet()), by=town.specialist, origin=Page.Origin.UPLOAD, key="k")
    take(case, part, town, as_file(sheet()))
    case = refuse_case(case, by=town.clerk, reason="Không thuộc thẩm quyền")
    for late in (lambda: take(case, part, town, as_file(sheet()), key="b"), lambda: bind_part(case, part, by=town.clerk)):
        with pytest.raises(WrongState):
            late()
