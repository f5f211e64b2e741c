"""Rules: what they give, what they refuse, and what a missing answer does."""

import threading

import pytest

from tinhso.kernel.rules import MAX_LENGTH, RuleError, check_rule, compile_rule

KNOWN = {
    "outcome",
    "answers.child.born",
    "answers.father.known",
    "answers.copies[].kind",
    "answers.copies[].number",
    "answers.kinds",
    "case.*",
}
ENV = {
    "outcome": "approve",
    "answers": {
        "child": {"born": "2025-07-01"},
        "copies": [{"kind": "birth", "number": 2}, {"kind": "death", "number": 3}, {"kind": "birth"}],
        "pages": 12,
        "married": None,
    },
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('outcome == "approve"', True),
        ("answers.pages <= 2 ? answers.pages * 2000 : 4000 + (answers.pages - 2) * 1000", 14_000),
        ('answers.copies.exists(c, c.kind == "death")', True),
        ('size(answers.copies.filter(c, c.kind == "birth"))', 2),
        ("sum(answers.copies.filter(c, has(c.number)).map(c, c.number)) * 8000", 40_000),
        ('days_between(answers.child.born, "2025-08-31T10:00:00+07:00") > 60', True),
        ('years_between("2004-02-29", "2025-02-28")', 20),
        ("min([200000, answers.pages * 1000])", 12_000),
        ('answers.copies.filter(c, c.kind == "death")[0].number', 3),
        ("answers.copies.map(c, c)[1].number", 3),
        ('answers.copies.filter(c, has(c.number)).map(d, d.number).exists(n, n == 3) && answers.copies[0].kind == "birth"', True),
        ("answers.child", {"born": "2025-07-01"}),
        ("size(answers.copies) == 3 && answers.copies[2].kind == answers.copies[0].kind", True),
        ('(outcome == "approve" ? answers.copies : []).map(c, c.kind).exists(k, k == "death")', True),
        ('answers[outcome == "approve" ? "pages" : "married"]', 12),
    ],
)
def test_a_rule_gives_its_value(text: str, value: object) -> None:
    assert compile_rule(text).evaluate(ENV) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('answers.father.known == "yes"', False),
        ('answers.father.known != "yes"', True),
        ("answers.father.known == null", True),
        ("has(answers.father.known)", False),
        ("has(answers.married)", False),
        ("has(answers.child.born)", True),
        ('has(answers.father.known) && answers.father.known == "yes"', False),
        ("size(answers.witnesses)", 0),
        ('answers.witnesses.exists(w, w.name == "An")', False),
        ('"birth" in answers.kinds', False),
        ("answers.copies.all(c, c.number != null)", False),
        ('answers["father"]["known"] == null', True),
        ("has(answers.father)", False),
        ('has(answers.father) && answers.father.known == "yes"', False),
        ('has(answers.child) && answers.child.born == "2025-07-01"', True),
        ("case.channel == 2", False),
    ],
)
def test_what_was_not_answered_reads_as_null_or_as_an_empty_list(text: str, value: object) -> None:
    assert compile_rule(text).evaluate(ENV) == value


def test_evaluation_leaves_the_answers_untouched() -> None:
    answers = {"copies": [{"kind": "birth"}]}
    compile_rule("answers.father.known == null && answers.copies.all(c, c.number == null)").evaluate({"answers": answers})
    assert answers == {"copies": [{"kind": "birth"}]}


def test_arithmetic_on_a_missing_answer_is_an_error_and_a_condition_that_fails_does_not_hold() -> None:
    rule = compile_rule("answers.nothing * 2 > 1")
    with pytest.raises(RuleError, match="không tính được"):
        rule.evaluate(ENV)
    assert rule.holds(ENV) is False


def test_a_condition_that_gives_no_truth_value_does_not_hold() -> None:
    assert compile_rule("answers.pages").holds(ENV) is False


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("outcome ==", "Dòng 1, cột 11: quy tắc viết sai cú pháp"),
        ('outcome == "a" &&\n  )', "Dòng 2, cột 3: quy tắc viết sai cú pháp"),
        ("", "để trống"),
        ("1" * (MAX_LENGTH + 1), "dài quá 2000"),
        ("(" * 900 + "1" + ")" * 900, "cú pháp"),
        ("[1].map(a, [1].map(b, [1].map(c, a + b + c)))", "lồng quá 2 tầng"),
        ("answers.fahter.known", "Dòng 1, cột 1: không có trường answers.fahter.known. Có phải answers.father.known?"),
        ('outcome == "a" ||\n answers.copies.exists(c, c.kin == "x")', "Dòng 2, cột 27: không có trường answers.copies[].kin"),
        ("incom == 1", "không có trường incom"),
        ("sizes(answers.copies)", "không có hàm sizes. Có phải size?"),
        ('outcome.beginsWith("a")', "không có hàm beginsWith"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place(text: str, message: str) -> None:
    assert any(message in problem for problem in check_rule(text, KNOWN)), check_rule(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        'outcome in ["approve", "return"]',
        "answers.copies[0].number > 1",
        'case.channel == "online" && case.agency.level == 3',
        "answers.copies.map(c, c.number).exists(n, n > 2)",
        "answers.kinds.exists(k, k == 'x')",
        "[1, 2].all(n, n > 0) // a note: answers.unknown",
        '"answers.unknown" == outcome',
        "answers.father == null",
        "type(answers.child.born) == string",
        "outcome.matches(r'^a.*\"$')",
    ],
)
def test_a_right_rule_has_no_problems(text: str) -> None:
    assert check_rule(text, KNOWN) == []


def test_a_rule_runs_in_any_thread() -> None:
    rule = compile_rule('outcome == "approve"')
    results: list[object] = []
    thread = threading.Thread(target=lambda: results.append(rule.evaluate(ENV)))
    thread.start()
    thread.join()
    assert results == [True]


@pytest.mark.parametrize(
    "text", ["9223372036854775807 + 1", "1 / 0", '"a".matches("(")', 'timestamp("x")', "-9223372036854775807 - 2"]
)
def test_whatever_goes_wrong_inside_is_a_rule_error(text: str) -> None:
    with pytest.raises(RuleError):
        compile_rule(text).evaluate({})
