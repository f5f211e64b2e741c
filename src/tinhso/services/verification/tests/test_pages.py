import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from tinhso.blocks.esignature.tests.samples import AT, flipped
from tinhso.blocks.esignature.verify import verify_pdf
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.reading import read_file
from tinhso.blocks.papers.actions import issue_paper, pdf_of, withdraw_paper
from tinhso.blocks.papers.models import Kind
from tinhso.blocks.papers.tests.samples import CONTEXT
from tinhso.services.verification import judging, views

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_judgements():
    cache.clear()


CHECK = "/xac-thuc/"


def upload(content: bytes) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("giay-to.pdf", content, "application/pdf")}


def page_of(paper) -> str:
    return f"{CHECK}{paper.verification_code}/"


def test_the_page_offers_a_code_and_a_file_without_signing_in(client):
    page = client.get(CHECK).content.decode()
    assert 'name="code"' in page
    assert 'name="file"' in page
    assert "không được lưu lại" in page


def test_the_address_in_the_qr_shows_that_the_paper_is_good(client, signed_paper):
    page = client.get(page_of(signed_paper)).content.decode()
    for expected in (
        "Hợp lệ: tệp có 2 chữ ký số",
        "không có giá trị pháp lý",
        "Giấy xác nhận tình trạng hôn nhân",
        "05/XNHN",
        "UBND Phường Mỹ Tho",
        "Nguyễn Thị Thuỳ Dương",
        signed_paper.signed_file.sha256,
    ):
        assert expected in page, expected


def test_the_holders_name_is_never_told(client, signed_paper):
    page = client.get(page_of(signed_paper)).content.decode()
    assert "T. V. P. L." in page
    assert "Phước Lộc" not in page
    assert "Phước Lộc" not in client.get(page_of(signed_paper), headers={"Accept": "application/json"}).content.decode()


def test_a_slip_tells_no_case_code_and_no_password(client, ward):
    slip = issue_paper(Kind.RECEIPT, agency=ward, by=None, context=CONTEXT, title="Giấy tiếp nhận – H20.82.05", at=AT)
    pdf_of(slip)
    page = client.get(page_of(slip)).content.decode()
    assert "không có chữ ký số" in page
    assert "H20.82" not in page
    assert "7KQ4" not in page


def test_a_code_typed_in_any_manner_leads_to_the_paper(client, signed_paper):
    code = signed_paper.verification_code.lower()
    response = client.get(CHECK, {"code": f" {code[:4]}-{code[4:8]} {code[8:]}"})
    assert response.status_code == 302
    assert response["Location"] == page_of(signed_paper)


@pytest.mark.parametrize(("code", "status"), [("ACDE-ACDE-ACDE", 404), ("", 422), ("'><script>", 404)])
def test_a_wrong_code_gets_a_sentence_and_keeps_what_was_typed(client, code, status):
    response = client.get(CHECK, {"code": code})
    page = response.content.decode()
    assert response.status_code == status
    assert "mã xác thực" in page
    assert "<script>" not in page.split("<main")[1].split("</main")[0]


def test_an_address_with_a_wrong_code_is_not_found_with_advice(client):
    response = client.get(f"{CHECK}ACDEACDEACDE/")
    assert response.status_code == 404
    assert "Không có giấy tờ nào mang mã này" in response.content.decode()


def test_an_uploaded_signed_paper_is_judged_and_recognised_and_not_kept(client, signed_paper):
    before = StoredFile.objects.count()
    page = client.post(CHECK, upload(read_file(signed_paper.signed_file))).content.decode()
    assert "Hợp lệ: tệp có 2 chữ ký số" in page
    assert "Giấy tờ trên hệ thống này" in page
    assert StoredFile.objects.count() == before


def test_an_altered_upload_is_called_invalid(client, signed_paper):
    page = client.post(CHECK, upload(flipped(read_file(signed_paper.signed_file)))).content.decode()
    assert "Không hợp lệ" in page
    assert "Giấy tờ trên hệ thống này" not in page


def test_a_file_is_compared_with_the_paper_byte_for_byte(client, signed_paper):
    good = read_file(signed_paper.signed_file)
    assert "Trùng khớp" in client.post(page_of(signed_paper), upload(good)).content.decode()
    assert "bản chưa ký" in client.post(page_of(signed_paper), upload(pdf_of(signed_paper))).content.decode()
    other = client.post(page_of(signed_paper), upload(flipped(good))).content.decode()
    assert "Không trùng khớp" in other
    assert "tệp đã bị sửa" in other


def test_programs_get_json(client, signed_paper):
    facts = client.get(page_of(signed_paper), headers={"Accept": "application/json"}).json()
    assert (facts["verdict"], facts["number"]) == ("valid", "05/XNHN")
    assert facts["signatures"][0]["level"] == "B-LTA"
    report = client.post(CHECK, upload(read_file(signed_paper.signed_file)), headers={"Accept": "application/json"}).json()
    assert report["ok"] == "valid"
    assert report["paper"]["code"] == facts["code"]


def test_a_withdrawn_paper_is_no_longer_good(client, signed_paper, chairman):
    withdraw_paper(signed_paper, by=chairman, reason="Cấp nhầm")
    page = client.get(page_of(signed_paper)).content.decode()
    assert "đã bị cơ quan ban hành thu hồi" in page
    assert "Cấp nhầm" not in page
    page = client.post(CHECK, upload(read_file(signed_paper.signed_file))).content.decode()
    assert "đã bị cơ quan ban hành thu hồi" in page


def test_a_stored_paper_changed_behind_our_back_is_found_out(client, signed_paper):
    with open(default_storage.path(signed_paper.signed_file.path), "ab") as file:
        file.write(b" ")
    page = client.get(page_of(signed_paper)).content.decode()
    assert "Bản lưu không còn giống bản đã ban hành" in page


def test_a_paper_issued_a_moment_ago_has_no_pdf_yet(client, paper):
    assert "chưa có bản PDF" in client.get(page_of(paper)).content.decode()


def test_no_file_is_told_beside_the_field(client):
    response = client.post(CHECK)
    assert response.status_code == 422
    assert response.content.decode().count("Hãy chọn tệp PDF cần kiểm tra.") == 2  # in the summary and at the field


def test_a_file_over_the_limit_is_told_beside_the_field(client, settings):
    settings.MAX_UPLOAD_SIZE = 1024 * 1024
    response = client.post(CHECK, upload(b"%PDF-" + bytes(1024 * 1024)))
    assert response.status_code == 422
    assert "lớn hơn 1 MB" in response.content.decode()


def test_anything_that_is_not_a_pdf_gets_an_answer_and_no_error(client):
    page = client.post(CHECK, upload(b"\x00\x01 nonsense")).content.decode()
    assert "không phải là PDF" in page


def test_an_address_that_hands_in_file_after_file_is_told_to_wait(client, monkeypatch):
    monkeypatch.setattr(views, "_UPLOADS", 3)
    answers = [client.post(CHECK, upload(b"nonsense")).status_code for _file in range(4)]
    assert answers == [200, 200, 200, 429]


def test_the_page_of_a_paper_looked_at_by_many_is_judged_once_a_minute(client, signed_paper, monkeypatch):
    judgements = []
    monkeypatch.setattr(judging, "verify_pdf", lambda content: judgements.append(content) or verify_pdf(content))
    assert len({client.get(page_of(signed_paper)).status_code for _reader in range(3)}) == 1
    assert len(judgements) == 1


def test_while_many_files_are_judged_the_next_is_asked_to_come_back(client, signed_paper, monkeypatch):
    monkeypatch.setattr(judging, "_PATIENCE", 0)
    with judging._at_work, judging._at_work:
        assert client.post(CHECK, upload(b"%PDF-")).status_code == 503
        assert "Hãy thử lại sau ít phút" in client.get(page_of(signed_paper)).content.decode()
