"""Terms: reading, saying and sharing them."""

import unicodedata
from datetime import date

import pytest

from tinhso.kernel.errors import Invalid
from tinhso.kernel.time import Calendar, Span, Term, Unit, share


@pytest.mark.parametrize(
    ("text", "term", "vi", "en"),
    [
        ("10 days", Term(10), "10 ngày làm việc", "10 working days"),
        ("1 day", Term(1), "1 ngày làm việc", "1 working day"),
        ("1 days", Term(1), "1 ngày làm việc", "1 working day"),
        ("05 working days", Term(5), "5 ngày làm việc", "5 working days"),
        ("4 hours", Term(4, Unit.HOURS), "4 giờ làm việc", "4 working hours"),
        ("2.5 hours", Term(2.5, Unit.HOURS), "2,5 giờ làm việc", "2.5 working hours"),
        ("0,25 working hours", Term(0.25, Unit.HOURS), "0,25 giờ làm việc", "0.25 working hours"),
        ("  10  Calendar   Days ", Term(10, Unit.CALENDAR_DAYS), "10 ngày", "10 calendar days"),
        ("10 ngày", Term(10, Unit.CALENDAR_DAYS), "10 ngày", "10 calendar days"),
        (unicodedata.normalize("NFD", "10 ngày làm việc"), Term(10), "10 ngày làm việc", "10 working days"),
    ],
)
def test_a_term_is_read_and_said(text: str, term: Term, vi: str, en: str) -> None:
    assert Term.parse(text) == term
    assert (term.label(), term.label("en")) == (vi, en)
    assert Term.parse(str(term)) == Term.parse(vi) == Term.parse(en) == term


@pytest.mark.parametrize("text", ["", "10", "days", "-3 days", "ten days", "10 weeks", "1e3 days", "10 days 4 hours", "10days"])
def test_what_is_not_a_term_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Invalid, match="10 days"):
        Term.parse(text)


@pytest.mark.parametrize("text", ["0 days", "0.5 days", "3.1 hours", "99999 days", "999999 hours"])
def test_an_impossible_length_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="Thời hạn"):
        Term.parse(text)


def test_days_are_not_seconds() -> None:
    assert Term.parse("4 hours").seconds == 4 * 3600
    assert Term.parse("4 calendar days").days == 4
    with pytest.raises(ValueError, match="not a term in hours"):
        _ = Term(4).seconds
    with pytest.raises(ValueError, match="not a term in days"):
        _ = Term(4, Unit.HOURS).days


@pytest.mark.parametrize(
    ("term", "percent", "part"),
    [
        ("10 days", 50, "5 days"),
        ("10 days", 100, "10 days"),
        ("5 days", 50, "20 hours"),
        ("1 day", 10, "0.75 hours"),
        ("1 day", 1, "0.25 hours"),
        ("30 calendar days", 25, "7 calendar days"),
        ("3 calendar days", 25, "6 hours"),
        ("4 hours", 30, "1 hour"),
        ("3 days", 33.3, "7.75 hours"),
    ],
)
def test_a_share_is_whole_days_or_quarters_of_an_hour_rounded_down(term: str, percent: float, part: str) -> None:
    assert share(Term.parse(term), percent, Calendar(), date(2026, 3, 2)) == Term.parse(part)


@pytest.mark.parametrize("percent", [0, -5, 101])
def test_a_share_outside_one_to_a_hundred_percent_is_refused(percent: float) -> None:
    with pytest.raises(Invalid, match="Tỷ lệ"):
        share(Term(1), percent, Calendar(), date(2026, 3, 2))


@pytest.mark.parametrize(
    ("span", "vi", "en"),
    [
        (Span(1, Unit.WORKING_DAYS), "1 ngày làm việc", "1 working day"),
        (Span(2, Unit.CALENDAR_DAYS), "2 ngày", "2 calendar days"),
        (Span(7200, Unit.HOURS), "2 giờ làm việc", "2 working hours"),
        (Span(9000, Unit.HOURS), "2 giờ 30 phút làm việc", "2 h 30 min of working time"),
        (Span(59, Unit.HOURS), "0 phút làm việc", "0 min of working time"),
    ],
)
def test_a_span_is_said_in_its_unit(span: Span, vi: str, en: str) -> None:
    assert (span.label(), span.label("en")) == (vi, en)
