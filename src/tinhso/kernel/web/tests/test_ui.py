"""Tags and filters."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from tinhso.kernel.time import Calendar, Level, Remaining, remaining
from tinhso.kernel.web.templatetags.ui import day, initials, moment, number, percent, plain, vnd

NOW = datetime(2026, 11, 18, 2, 15, tzinfo=UTC)  # 09:15 in Viet Nam


def rendered(text: str, **context: object) -> str:
    return Template(text).render(Context(context))


@pytest.mark.parametrize(
    ("amount", "words"), [(0, "0\u00a0₫"), (1250000, "1.250.000\u00a0₫"), (-5000, "-5.000\u00a0₫"), (None, "")]
)
def test_money_is_written_with_dots_and_the_dong_sign(amount, words):
    assert vnd(amount) == words


def test_times_are_shown_in_viet_nam_time():
    assert day(datetime(2026, 11, 17, 18, tzinfo=UTC)) == "18/11/2026"
    assert day(date(2026, 11, 18)) == "18/11/2026"
    assert moment(NOW) == "09:15 ngày 18/11/2026"
    assert day(None) == moment(None) == ""


def test_numbers_for_people_and_numbers_for_machines_differ():
    assert number(1250000) == "1.250.000"
    assert plain(12.5) == "12.5"
    with override("en"):
        assert number(1250000) == "1,250,000"
        assert plain(12.5) == "12.5"
    assert plain(None) == "0"


def test_a_share_is_written_in_the_language_of_the_page():
    assert (percent(97.257), percent(0.0), percent(None)) == ("97,26\u00a0%", "0,00\u00a0%", "–")
    with override("en"):
        assert (percent(97.257), percent(None)) == ("97.26%", "–")


def test_initials_come_from_the_last_two_words():
    assert initials("Nguyễn Thị Minh An") == "MA"


def test_an_icon_is_decoration_unless_it_has_a_label():
    assert 'aria-hidden="true"' in rendered('{% icon "clock" %}')
    assert 'role="img" aria-label="Hạn"' in rendered('{% icon "clock" label="Hạn" %}')


def test_due_speaks_and_shows_the_date_once():
    calendar = Calendar.national()
    in_a_week = rendered("{% due r %}", r=remaining(datetime(2026, 11, 26, 9, tzinfo=UTC), NOW, calendar))
    today = rendered("{% due r %}", r=remaining(datetime(2026, 11, 18, 9, tzinfo=UTC), NOW, calendar))
    paused = rendered("{% due r %}", r=Remaining(Level.PAUSED, None, None))

    assert "Còn 5 ngày làm việc" in in_a_week
    assert ">26/11/2026</time>" in in_a_week
    assert "due-today" in today
    assert "<time" not in today
    assert "Hạn: 16:00 ngày 18/11/2026" in today
    assert "tạm dừng" in paused
    assert rendered("{% due r %}", r=None).strip() == ""


def test_a_badge_takes_words_and_tone_from_text_or_choice():
    assert 'class="status status-bad">Từ chối<' in rendered('{% status_badge "Từ chối" "bad" %}')
    assert 'class="status status-neutral">Mới<' in rendered('{% status_badge "Mới" %}')


def test_what_people_entered_is_never_markup():
    page = rendered(
        '{% include "components/summary_list.html" with rows=rows %}'
        '{% include "components/keep.html" with label="x" value=evil %}',
        rows=[("Tên", "<script>alert(1)</script>")],
        evil='"><img src=x>',
    )

    assert "<script>" not in page
    assert "<img" not in page


def test_the_address_keeps_its_other_parameters():
    request = RequestFactory().get("/ds/?q=an&trang=x")

    assert rendered('{% address_with trang="y" %}', request=request) == "?q=an&amp;trang=y"
    assert rendered("{% address_with trang=None %}", request=request) == "?q=an"
