"""Procedure folders: what is taken over, and that every mistake is told at once with its place."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tinhso.blocks.cases.loading import ProcedureFolderError, load_folder, procedure_folders
from tinhso.kernel.time import Term

DECLARATION = """\
code = "9.000001"
version = "2025.1"
name = "Thủ tục thử"
name_en = "Trial"
field = "Thử"
field_code = "TH"
level = "commune"
grade = "full"
valid_from = 2025-07-01
audience = ["citizen"]

[term]
text = "2 days"
legal = "3 days"
law_says = "ngày làm việc"
basis = "Luật thử, điều 1"

[legal]
sequence = ["Nộp"]
manner = ["Trực tiếp"]
sets = 1
subject = "Cá nhân"
agency = "UBND cấp xã"
result = "Giấy"
conditions = []
[[legal.basis]]
title = "Luật thử"

[[parts]]
code = "don"
name = "Đơn"
original = 1
when = 'answers.a.kind == "x"'

[fee]
amount = 1000
description = "Phí thử"
basis = "Thông tư thử"

[result]
title = "Giấy thử"
template = "result.html"
paper = "certificate"
symbol = "GT"
"""
SCHEMA = {
    "type": "object",
    "required": ["a"],
    "properties": {
        "a": {
            "type": "object",
            "title": "Phần",
            "required": ["kind"],
            "properties": {
                "kind": {
                    "type": "string",
                    "title": "Loại",
                    "oneOf": [{"const": "x", "title": "X"}, {"const": "y", "title": "Y"}],
                },
                "rows": {
                    "type": "array",
                    "title": "Dòng",
                    "items": {"type": "object", "properties": {"n": {"type": "integer", "title": "Số"}}},
                },
            },
        }
    },
}
PROCESS = """\
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:t="urn:tinhso:bpmn:1"><bpmn:process id="p">
<bpmn:startEvent id="s"/>
<bpmn:userTask id="a" name="Ký" t:role="signer" t:does="sign" t:share="60"/>
<bpmn:endEvent id="e"/>
<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="a"/><bpmn:sequenceFlow id="g" sourceRef="a" targetRef="e"/>
</bpmn:process></bpmn:definitions>
"""
RESULT = "<p>{{ texts.a.kind }}</p>\n{% for row in texts.a.rows %}<p>{{ row.n }}</p>{% endfor %}\n"

Change = Callable[[str], str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "9.000001"
    path.mkdir()
    (path / "procedure.toml").write_text(DECLARATION, encoding="utf-8")
    (path / "form.schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    (path / "process.bpmn").write_text(PROCESS, encoding="utf-8")
    (path / "result.html").write_text(RESULT, encoding="utf-8")
    return path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(folder: Path) -> list[str]:
    with pytest.raises(ProcedureFolderError) as caught:
        load_folder(folder)
    assert str(caught.value).startswith(f"Thư mục thủ tục “{folder.name}” có {len(caught.value.problems)} lỗi:")
    return [str(problem) for problem in caught.value.problems]


def test_a_right_folder_is_taken_over_whole(folder: Path) -> None:
    definition = load_folder(folder)
    assert (definition.code, definition.version, definition.valid_from, definition.valid_to) == (
        "9.000001",
        "2025.1",
        date(2025, 7, 1),
        None,
    )
    assert (definition.term, definition.legal_term, definition.same_day) == (Term(2), Term(3), False)
    assert definition.data["valid_from"] == "2025-07-01"
    assert json.loads(json.dumps(definition.data)) == definition.data
    assert set(definition.files) == {"procedure.toml", "form.schema.json", "process.bpmn", "result.html"}
    assert [node.id for node in definition.graph.user_tasks] == ["a"]


def test_the_content_hash_follows_every_file_and_its_name(folder: Path) -> None:
    first = load_folder(folder).content_hash
    assert load_folder(folder).content_hash == first
    (folder / "note.md").write_text("ghi chú", encoding="utf-8")
    second = load_folder(folder).content_hash
    (folder / "note.md").rename(folder / "notes.md")
    assert len({first, second, load_folder(folder).content_hash}) == 3


def test_folders_are_found_by_their_declaration(folder: Path) -> None:
    (folder.parent / "not-a-procedure").mkdir()
    assert procedure_folders(folder.parent) == [folder]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "Thủ tục thử"\n', "", "procedure.toml: name: thiếu; hãy thêm một chuỗi trong ngoặc kép."),
        ('field_code = "TH"', 'fieldcode = "TH"', "procedure.toml, dòng 6: fieldcode: không có khóa này. Có phải “field_code”?"),
        ('level = "commune"', 'level = "district"', "dòng 7: level: “district” không có; chọn một trong: commune, province."),
        ('code = "9.000001"', 'code = "9.000002"', "dòng 1: code: mã “9.000002” khác tên thư mục “9.000001”"),
        ('code = "9.000001"', 'code = "abc"', "dòng 1: code: “abc” không đúng dạng; ví dụ “1.001193”."),
        (
            "valid_from = 2025-07-01",
            'valid_from = "2025-07-01"',
            "valid_from: phải là ngày viết như 2025-07-01, không có ngoặc kép.",
        ),
        ("valid_from = 2025-07-01", "valid_from = 2025-07-01\nvalid_to = 2025-06-30", "valid_to: ngày hết hiệu lực đứng trước"),
        ('audience = ["citizen"]', 'audience = ["tourist"]', "audience: “tourist” không có; chọn trong: business, citizen."),
        ('text = "2 days"', 'text = "2 dayz"', "dòng 13: term.text: Không hiểu thời hạn “2 dayz”"),
        (
            'text = "2 days"',
            'text = "4 days"',
            "term.text: thời hạn cam kết 4 ngày làm việc dài hơn thời hạn theo luật 3 ngày làm việc.",
        ),
        ('text = "2 days"', 'text = "2 calendar days"', "term.text: thời hạn cam kết và thời hạn theo luật phải cùng cách tính"),
        ('basis = "Luật thử, điều 1"\n\n[legal]', 'basis = ""\n\n[legal]', "dòng 16: term.basis: để trống; hãy điền."),
        (
            'basis = "Luật thử, điều 1"\n\n[legal]',
            'basis = "x"\nsame_day = true\n\n[legal]',
            "term.same_day: chỉ dùng được với thời hạn",
        ),
        ('sequence = ["Nộp"]\n', "", "dòng 18: legal.sequence: thiếu; hãy thêm danh sách các chuỗi."),
        ('[[legal.basis]]\ntitle = "Luật thử"\n', "", "dòng 18: legal.basis: cần ít nhất một căn cứ pháp lý"),
        ("sets = 1", "sets = 0", "legal.sets: phải từ 1 trở lên."),
        ('code = "don"', 'code = "Đơn"', "dòng 30: parts[0].code: “Đơn” không đúng dạng"),
        ("original = 1\n", "", "dòng 29: parts[0].original: phải có ít nhất một bản chính"),
        ("original = 1\n", 'original = "1"\n', "dòng 32: parts[0].original: phải là số nguyên."),
        (
            "answers.a.kind ==",
            "answers.a.kinds ==",
            "parts[0].when: Dòng 1, cột 1: không có trường answers.a.kinds. Có phải answers.a.kind?",
        ),
        (
            "[fee]\n",
            '[[parts]]\ncode = "don"\nname = "Đơn nữa"\ncopies = 1\n[fee]\n',
            "parts[1].code: mã “don” đã dùng cho một giấy tờ khác.",
        ),
        ("amount = 1000\n", 'amount = 1000\nrule = "1"\n', "fee.amount: ghi một trong hai"),
        ("amount = 1000\n", 'rule = "answers.a.rows * "\n', "dòng 36: fee.rule: Dòng 1, cột 17: quy tắc viết sai cú pháp CEL"),
        ("amount = 1000\n", "amount = -1\n", "fee.amount: phải từ 0 trở lên."),
        (
            'paper = "certificate"',
            'paper = "receipt"',
            "result.paper: “receipt” không có; chọn một trong: certificate, decision, letter, notice.",
        ),
        ('template = "result.html"', 'template = "other.html"', "result.template: thư mục không có tệp “other.html”."),
        ("[fee]", "[fee", "dòng 35: không phải là TOML đúng cú pháp"),
        ('basis = "Luật thử, điều 1"\n\n[legal]', 'basis = "Luật thử"\n\n[legal]', "term.basis: hãy ghi cả điều, khoản"),
        ('law_says = "ngày làm việc"\n', "", "term.law_says: thiếu"),
        ('"ngày làm việc"\n', '"ngày"\n', "term.legal: luật ghi “ngày” thì thời hạn phải viết"),
        ('"ngày làm việc"\n', '"trong ngày"\n', "term.law_says: “trong ngày” cần có same_day = true."),
        ("[term]", "[[term]]", "term: phải là một bảng [term]."),
    ],
)
def test_a_mistake_in_the_declaration_is_told_with_line_and_key(folder: Path, old: str, new: str, message: str) -> None:
    replace(folder / "procedure.toml", old, new)
    assert any(message in problem for problem in problems(folder)), problems(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "process.bpmn",
            't:role="signer"',
            't:role="chief"',
            'process.bpmn, dòng 3: <bpmn:userTask id="a">: tinhso:role=“chief” không có',
        ),
        (
            "process.bpmn",
            '<bpmn:endEvent id="e"/>',
            '<bpmn:endEvent id="e"/><bpmn:complexGateway id="G2"/>',
            'process.bpmn, dòng 4: phần tử <bpmn:complexGateway id="G2"> chưa được hỗ trợ.',
        ),
        ("process.bpmn", "</bpmn:process>", "", "process.bpmn, dòng 6: không phải là XML đúng cú pháp"),
        ("form.schema.json", '"object"', '"objekt"', "form.schema.json: "),
        (
            "form.schema.json",
            '"required": ["a"],',
            '"required": ["a"]',
            "form.schema.json, dòng 1: không phải là JSON đúng cú pháp",
        ),
        ("form.schema.json", '"title": "Lo\\u1ea1i"', '"titel": "x"', "form.schema.json: a.kind: thiếu “title”"),
        ("result.html", "{% endfor %}", "", "result.html, dòng 2: mẫu viết sai cú pháp Django"),
        ("result.html", "texts.a.kind", "texts.a.kin", "result.html, dòng 1: biểu mẫu không có câu hỏi “a.kin”."),
        ("result.html", "texts.a.rows", "answers.a.rows.0.m", "result.html, dòng 2: biểu mẫu không có câu hỏi “a.rows[0].m”."),
    ],
)
def test_a_mistake_in_another_file_is_told_with_its_line(folder: Path, file: str, old: str, new: str, message: str) -> None:
    replace(folder / file, old, new)
    assert any(message in problem for problem in problems(folder)), problems(folder)


def test_mistakes_in_all_files_are_told_together(folder: Path) -> None:
    replace(folder / "procedure.toml", 'name = "Thủ tục thử"\n', "")
    replace(folder / "procedure.toml", "answers.a.kind", "answers.b.kind")
    replace(folder / "process.bpmn", "t:share", "t:shares")
    replace(folder / "result.html", "texts.a.kind", "texts.b")
    assert {problem.split(":")[0].split(",")[0] for problem in problems(folder)} == {
        "procedure.toml",
        "process.bpmn",
        "result.html",
    }
    assert len(problems(folder)) == 4


@pytest.mark.parametrize("name", ["procedure.toml", "form.schema.json", "process.bpmn"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert problems(folder) == [f"{name}: thiếu tệp này."]


def test_a_missing_folder_is_one_clear_sentence(tmp_path: Path) -> None:
    assert "1.999999: không có thư mục này." in problems(tmp_path / "1.999999")


def test_what_does_not_belong_in_a_folder_is_refused(folder: Path) -> None:
    (folder / "run.py").write_text("print()", encoding="utf-8")
    (folder / "sub").mkdir()
    (folder / "link.html").symlink_to("/etc/passwd")
    (folder / "latin.md").write_bytes("Thủ tục".encode("utf-16"))
    (folder / "large.md").write_bytes(b"x" * 1_000_001)
    (folder / ".hidden").write_text("", encoding="utf-8")
    assert [problem.split(":")[0] for problem in problems(folder)] == ["large.md", "latin.md", "link.html", "run.py", "sub"]


def test_service_tasks_must_be_registered_when_their_names_are_known(folder: Path) -> None:
    replace(
        folder / "process.bpmn",
        '<bpmn:userTask id="a" name="Ký" t:role="signer" t:does="sign" t:share="60"/>',
        '<bpmn:serviceTask id="a" t:action="cases.x"/>',
    )
    load_folder(folder)
    with pytest.raises(ProcedureFolderError, match=r"tinhso:action=“cases\.x” không có"):
        load_folder(folder, actions={"cases.mark_done"})
