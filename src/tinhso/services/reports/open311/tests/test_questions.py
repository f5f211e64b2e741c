"""A field whose form asks more than the sub-kind and the words."""

import json
import shutil
from pathlib import Path

import pytest
from django.test import Client

from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.actions.process import service_task_names
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.services.reports.catalogue import SHIPPED
from tinhso.services.reports.models import Report
from tinhso.services.reports.open311.actions import add_key

QUESTIONS = {
    "depth": {"type": "integer", "title": "Sâu mấy phân", "x-hint": "Ước chừng", "minimum": 1},
    "since": {"type": "string", "format": "date", "title": "Từ ngày", "x-widget": "date"},
    "lane": {
        "type": "string",
        "title": "Làn",
        "oneOf": [{"const": "left", "title": "Trái"}, {"const": "right", "title": "Phải"}],
    },
    "harms": {
        "type": "array",
        "title": "Gây hại",
        "x-widget": "checkboxes",
        "items": {"type": "string", "oneOf": [{"const": "fall", "title": "Té ngã"}, {"const": "jam", "title": "Kẹt xe"}]},
    },
    "lit": {"type": "boolean", "title": "Có đèn đường không"},
}
ONE = "/open311/v2/services/PA-ANTT.pothole.json"


@pytest.fixture
def secret(town: Town, tmp_path: Path) -> str:
    folder = tmp_path / "PA-ANTT"
    shutil.copytree(SHIPPED / "PA-ANTT", folder)
    file = folder / "form.schema.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    schema["properties"]["matter"]["properties"] |= QUESTIONS
    schema["properties"]["matter"]["required"].append("depth")
    file.write_text(json.dumps(schema, ensure_ascii=False), encoding="utf-8")
    install_procedure(load_folder(folder, actions=service_task_names()), by=None)
    return add_key("Ứng dụng thử", by=None)[1]


def _send(client: Client, secret: str, **attributes: object) -> object:
    form = {"api_key": secret, "service_code": "PA-ANTT.pothole", "lat": "10.36", "long": "106.36", "description": "Ổ gà"}
    return client.post("/open311/v2/requests.json", {**form, **attributes})


def test_questions_are_attributes(client: Client, secret: str) -> None:
    found = {one["code"]: one for one in client.get(ONE).json()["attributes"]}
    assert {code: one["datatype"] for code, one in found.items()} == {
        "depth": "number",
        "since": "datetime",
        "lane": "singlevaluelist",
        "harms": "multivaluelist",
        "lit": "singlevaluelist",
    }
    assert found["depth"] == {
        "variable": True,
        "code": "depth",
        "datatype": "number",
        "required": True,
        "datatype_description": "Ước chừng",
        "order": 1,
        "description": "Sâu mấy phân",
    }
    assert found["lane"]["values"] == [{"key": "left", "name": "Trái"}, {"key": "right", "name": "Phải"}]
    (service,) = [one for one in client.get("/open311/v2/services.json").json() if one["service_code"] == "PA-ANTT.pothole"]
    assert service["metadata"] is True


def test_attributes_become_answers(client: Client, secret: str) -> None:
    answer = _send(
        client,
        secret,
        **{
            "attribute[depth]": "12",
            "attribute[since]": "2026-11-01T00:00:00+07:00",
            "attribute[lane]": "left",
            "attribute[harms][]": ["fall", "jam"],
            "attribute[lit]": "true",
        },
    )
    assert answer.status_code == 200, answer.content  # type: ignore[attr-defined]
    matter = Report.objects.get().case.form.answers["matter"]
    assert {name: matter[name] for name in QUESTIONS} == {
        "depth": 12,
        "since": "2026-11-01",
        "lane": "left",
        "harms": ["fall", "jam"],
        "lit": True,
    }


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"attribute[depth]": "deep"},
        {"attribute[depth]": "0"},
        {"attribute[depth]": "12", "attribute[lane]": "middle"},
        {"attribute[depth]": "12", "attribute[since]": "01/11/2026"},
        {"attribute[depth]": "12", "attribute[harms][]": ["fall", "noise"]},
        {"attribute[depth]": "12", "attribute[kind]": "other"},
        {"attribute[depth]": "12", "attribute[text]": "x"},
    ],
)
def test_attributes_are_checked_like_the_form(client: Client, secret: str, attributes: dict[str, object]) -> None:
    answer = _send(client, secret, **attributes)
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert not Report.objects.exists()
