"""A few units, small forms, and a browser without JavaScript."""

from datetime import date
from typing import Any

from django.http import QueryDict
from lxml import html as lxml_html

from tinhso.blocks.forms import Form
from tinhso.blocks.forms.engine.units import PlaceUnit
from tinhso.kernel.text import compact

TODAY = date(2026, 11, 21)

DONG_THAP = PlaceUnit("82", "Tỉnh Đồng Tháp", 1)
TIEN_GIANG = PlaceUnit("82", "Tỉnh Tiền Giang", 1)
MY_THO = PlaceUnit("815", "Thành phố Mỹ Tho", 2, (TIEN_GIANG,))
NOW = [
    DONG_THAP,
    PlaceUnit("79", "Thành phố Hồ Chí Minh", 1),
    PlaceUnit("28249", "Phường Đạo Thạnh", 3, (DONG_THAP,)),
    PlaceUnit("28261", "Phường Mỹ Tho", 3, (DONG_THAP,)),
    PlaceUnit("28270", "Phường Mỹ Phong", 3, (DONG_THAP,)),
]
BEFORE = [
    TIEN_GIANG,
    MY_THO,
    PlaceUnit("28252", "Phường 4", 3, (MY_THO, TIEN_GIANG)),
    PlaceUnit("28261", "Phường 6", 3, (MY_THO, TIEN_GIANG)),
]


class FewUnits:
    """A handful of units, before and after 01/07/2025."""

    def _on(self, on: date) -> list[PlaceUnit]:
        return NOW if on >= date(2025, 7, 1) else BEFORE

    def get(self, code: str, on: date) -> PlaceUnit | None:
        return next((unit for unit in self._on(on) if unit.code == code), None)

    def last(self, code: str) -> PlaceUnit | None:
        return next((unit for unit in [*NOW, *BEFORE] if unit.code == code), None)

    def find(self, text: str, *, level: int, on: date, within: str = "") -> list[PlaceUnit]:
        return [unit for unit in self.below(within, level=level, on=on) if compact(text) in compact(unit.name)]

    def below(self, parent: str, *, level: int, on: date) -> list[PlaceUnit]:
        inside = [u for u in self._on(on) if not parent or parent in {above.code for above in u.above}]
        return [unit for unit in inside if unit.level == level]


def make_form(**fields: dict) -> Form:
    """A form with one section `s` holding these fields; `required=("a",)` names the demanded ones."""
    required = list(fields.pop("required", ()))
    section = {"type": "object", "title": "Phần", "required": required, "properties": fields}
    return Form({"type": "object", "properties": {"s": section}}, units=FewUnits())


def browser_post(markup: str, press: tuple[str, str] | None = None, **changes: Any) -> QueryDict:
    """What a browser would post for this markup, the button `press` included; `changes` by name, a list for several values."""
    post = QueryDict(mutable=True)
    for control in lxml_html.fromstring(f"<form>{markup}</form>").xpath(".//input | .//select | .//textarea"):
        name, kind = control.get("name"), control.get("type")
        if control.tag == "select":
            chosen = control.xpath("./option[@selected]") or control.xpath("./option[1]")
            post.appendlist(name, chosen[0].get("value"))
        elif control.tag == "textarea":
            post.appendlist(name, (control.text or "").removeprefix("\n").replace("\n", "\r\n"))
        elif kind == "file" or (kind in {"radio", "checkbox"} and control.get("checked") is None):
            continue
        else:
            post.appendlist(name, control.get("value", ""))
    for name, value in changes.items():
        post.setlist(name, value if isinstance(value, list) else [value])
    if press:
        post.appendlist(*press)
    return post


def posted(**values: Any) -> QueryDict:
    """A post of the section `s`: `posted(age="3")` posts `s.age`; names that begin with `_` stay."""
    post = QueryDict(mutable=True)
    for name, value in values.items():
        post.setlist(name if name.startswith("_") else f"s.{name}", value if isinstance(value, list) else [value])
    return post
