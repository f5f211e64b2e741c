import time
from contextlib import suppress
from contextvars import ContextVar

import pytest

from tinhso.kernel.deadline import TooSlow, within

word: ContextVar[str] = ContextVar("word")


def count_for_ever():
    number = 0
    while True:
        with suppress(Exception):
            number += 1


def test_work_that_ends_in_time_returns_what_it_found():
    assert within(5, sum, [1, 2, 3]) == 6


def test_work_without_end_is_ended_though_it_swallows_errors():
    start = time.monotonic()
    with pytest.raises(TooSlow):
        within(0.2, count_for_ever)
    assert time.monotonic() - start < 5


def test_errors_of_the_work_are_the_caller_s():
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 / 0)
    with pytest.raises(TimeoutError):
        within(5, lambda: (_ for _ in ()).throw(TimeoutError("its own")))


def test_the_work_sees_the_caller_s_context():
    word.set("xin chào")
    assert within(5, word.get) == "xin chào"
