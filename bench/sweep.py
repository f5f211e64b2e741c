"""What the sweep of due dates takes: the pass over all open cases, and what is done to those that are late."""

from functools import cache, partial
from time import perf_counter, process_time

from django.utils.timezone import now

from tinhso.blocks.cases.actions import sweeping
from tinhso.blocks.cases.models import Case

_MOST = 2_000  # newly late between two sweeps: already far more than in a bad hour


def swept() -> str:
    """Sweep, no more than 2,000 cases, and say what it took. Needs the filled database, and changes it."""
    at = now()
    began = perf_counter()
    due = list(sweeping.cases_due(at))
    looked = perf_counter() - began
    heads = cache(partial(sweeping._hearers, at=at))
    work, began = process_time(), perf_counter()
    for case in due[:_MOST]:
        sweeping.attend(case, at=at, heads=heads)
    seconds, work = perf_counter() - began, process_time() - work
    done = len(due[:_MOST])
    each = f"{work / max(done, 1) * 1000:.1f} ms of processor time each"
    return (
        f"Sweep: {Case.objects.filter(ended_at=None).count():,} open cases looked through in {looked:.1f} s; "
        f"{done:,} of {len(due):,} late ones attended to in {seconds:.1f} s ({each})"
    )
