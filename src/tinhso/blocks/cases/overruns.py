"""Whose step made a case late. Pure: the rows are given."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tinhso.blocks.cases.models import Pause, Step
from tinhso.kernel.time import Calendar


def overrun(step: Step, pauses: Iterable[Pause], end: datetime, calendar: Calendar) -> int:
    """Working seconds from the step's due date to `end`, without those in which the clock stood still."""
    if step.due_at is None or end <= step.due_at:
        return 0
    seconds = calendar.working_seconds_between(step.due_at, end)
    for pause in pauses:
        start, stop = max(pause.started_at, step.due_at), min(pause.ended_at or end, end)
        if start < stop:
            seconds -= calendar.working_seconds_between(start, stop)
    return seconds


def steps_behind_lateness(
    due_at: datetime, steps: Sequence[Step], pauses: Sequence[Pause], end: datetime, calendar: Calendar
) -> frozenset[int]:
    """The steps whose overrun moved a case over its due date.

    The chain of steps that led to the one in which the date passed is gone through in order. What a step took beyond its share
    is owed; a later one that took less pays back, and when nothing is owed any more those before it are forgiven. When no
    step took more than its share, it is the one in which the date passed.

    Args:
        end: of the case, or the moment it is judged at.
        calendar: of the case's agency.
    """
    chain = _chain(due_at, steps, end)
    owed, owing = 0, list[int]()
    for step in chain:
        done = step.done_at or end
        over = overrun(step, pauses, done, calendar)
        if over:
            owed += over
            owing.append(step.pk)
        elif step.due_at and step.due_at < due_at:
            owed -= min(owed, calendar.working_seconds_between(done, step.due_at))
            owing = owing if owed else []
    return frozenset(owing or [step.pk for step in chain[-1:]])


def _chain(due_at: datetime, steps: Sequence[Step], end: datetime) -> list[Step]:
    """The steps one after the other, each the last that the next waited for, up to the one in which the due date passed."""
    lasted = [step for step in steps if not step.cancelled]
    passing = [step for step in lasted if step.opened_at <= due_at < (step.done_at or end)]
    if not passing:
        return []
    chain = [max(passing, key=lambda step: (step.done_at or end, step.pk))]
    while before := [step for step in lasted if step.done_at and step.done_at <= chain[0].opened_at and step.pk < chain[0].pk]:
        chain.insert(0, max(before, key=lambda step: (step.done_at, step.pk)))
    return chain
