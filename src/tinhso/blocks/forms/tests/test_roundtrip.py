"""Whatever the answers, drawing them and posting the page back gives the same answers."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tinhso.blocks.forms.engine.values import clean_line, clean_text
from tinhso.blocks.forms.tests.support import TODAY, browser_post, make_form

FIELDS = {
    "text": {"type": "string", "title": "A"},
    "area": {"type": "string", "title": "B", "x-widget": "textarea"},
    "date": {"type": "string", "format": "date", "title": "C"},
    "year": {"type": "string", "x-widget": "date", "x-partial": True, "title": "C"},
    "money": {"type": "integer", "title": "D", "x-widget": "money"},
    "count": {"type": "integer", "title": "D"},
    "number": {"type": "number", "title": "E"},
    "yes": {"type": "boolean", "title": "F"},
    "tick": {"type": "boolean", "title": "G", "x-widget": "checkbox"},
    "choice": {"type": "integer", "title": "H", "enum": [1, 2, 3]},
    "select": {"type": "string", "title": "H", "enum": list("abcdef")},
    "several": {"type": "array", "title": "I", "items": {"type": "string", "enum": ["x", "y", "z"]}},
    "unit": {"type": "string", "title": "K", "x-widget": "unit"},
    "old": {"type": "string", "title": "K", "x-widget": "unit", "x-unit-on": "2020-01-01"},
    "province": {"type": "string", "title": "K", "x-widget": "unit", "x-unit-level": "province"},
    "phone": {"type": "string", "title": "L", "x-widget": "phone"},
    "late": {"type": "string", "title": "M", "x-visible-when": "answers.s.yes == true"},
}
GROUP = {"type": "object", "title": "N", "properties": FIELDS}
FORM = make_form(
    **FIELDS,
    group=GROUP,
    kids={"type": "array", "title": "O", "items": {"type": "object", "properties": {**FIELDS, "group": GROUP}}},
)

line = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).map(clean_line).filter(bool)
days = st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(date.isoformat)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": line,
    "area": st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).map(clean_text).filter(bool),
    "date": days | st.sampled_from(["31/2/2007", "27//2007", "hai/ba/07"]),
    "year": days | st.sampled_from(["1950", "1950-03"]),
    "money": st.integers(-(10**12), 10**12),
    "count": st.integers(-(10**9), 10**9) | st.sampled_from(["mười", "1,5"]),
    "number": st.floats(-1e9, 1e9).map(lambda value: int(value) if value.is_integer() else value),
    "yes": st.booleans(),
    "tick": st.just(True),
    "choice": st.sampled_from([1, 2, 3]),
    "select": st.sampled_from("abcdef"),
    "several": st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, unique=True).map(sorted),
    "unit": st.sampled_from(["28249", "28261", "82", "82/Không đâu", "/Đạo", "79/Mỹ"]),
    "old": st.sampled_from(["28252", "815", "82", "815/xyz"]),
    "province": st.sampled_from(["82", "79"]),
    "phone": st.sampled_from(["0912345678", "02733872123", "+12025550100", "gọi sau"]),
    "late": line,
}
fields = st.fixed_dictionaries({}, optional=VALUES)
entry = st.fixed_dictionaries(
    {"text": line}, optional={key: value for key, value in VALUES.items() if key != "text"} | {"group": fields.filter(bool)}
)
answers = st.fixed_dictionaries(
    {}, optional=VALUES | {"group": fields.filter(bool), "kids": st.lists(entry, min_size=1, max_size=2)}
)


@settings(max_examples=30, deadline=None)
@given(answers)
def test_a_page_posted_back_untouched_gives_the_answers_it_was_drawn_from(values: dict[str, Any]):
    post = browser_post(FORM.render("s", {"s": values}, on=TODAY), ("_update", "1"))
    assert FORM.parse(post, section="s", on=TODAY).answers == {"s": values}
