"""Adding a procedure takes a folder and no code: the one that docs/procedures.md shows is taken from the page and loaded."""

import re
from pathlib import Path

import pytest

from tinhso.blocks.cases.bpmn.tokens import leave, start
from tinhso.blocks.cases.loading import ProcedureFolderError, load_folder
from tinhso.kernel.rules import compile_rule

PAGE = Path(__file__).parents[5] / "docs" / "procedures.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The four files of the page's example."""
    path = tmp_path / "2.000884"
    path.mkdir()
    for name, text in re.findall(
        r"^`([\w.]+)`\n\n```\w+\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    ):
        (path / name).write_text(text, encoding="utf-8")
    return path


def test_the_folder_of_the_documentation_loads(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"procedure.toml", "form.schema.json", "process.bpmn", "result.html"}
    definition = load_folder(folder)
    assert (definition.code, definition.name, definition.warnings) == ("2.000884", "Chứng thực chữ ký trong giấy tờ, văn bản", ())
    assert compile_rule(definition.data["fee"]["rule"]).evaluate({"answers": {"paper": {"signatures": 3}}}) == 30_000
    assert [effect.node.id for effect in start(definition.graph, {})] == ["check"]
    assert [effect.node.id for effect in leave(definition.graph, "sign", {"outcome": "return"})] == ["check"]


def test_the_mistakes_the_documentation_shows_are_told_in_its_words(folder: Path) -> None:
    for name, right, wrong in (
        ("process.bpmn", 'role="signer"', 'role="chairman"'),
        ("procedure.toml", 'text = "1 days"', 'text = "3 days"'),
        ("procedure.toml", "answers.paper.signatures", "answers.paper.signature"),
        ("procedure.toml", "same_day = true\n", "\n"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert right in text
        (folder / name).write_text(text.replace(right, wrong), encoding="utf-8")
    shown = re.findall(r"^(?:Thư mục thủ tục|- \w+\.\w+, dòng).*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    with pytest.raises(ProcedureFolderError) as caught:
        load_folder(folder)
    told = str(caught.value).splitlines()
    assert len(shown) == len(told) == 5
    assert all(line.startswith(example.removesuffix(" …")) for line, example in zip(told, shown, strict=True)), told
