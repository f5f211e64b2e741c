"""Background work. A job is a row written in the transaction that caused it: it cannot be lost and never runs too early.

    @job(queue="mail")
    def send_message(message_id: int) -> None: ...

    send_message.defer(message_id=7)

Jobs are tried again with growing pauses; those that keep failing stay visible as failed on the system-status page.
Put an application's jobs and event subscribers in its `jobs.py`; that module is imported at start.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import structlog
from django.db.models import Model
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.tasks import Task
from psycopg.types.json import Jsonb

from tinhso.kernel.inserts import Statement

log = structlog.get_logger(__name__)
Row = TypeVar("Row", bound=Model)

_ENQUEUE = """
SELECT procrastinate_defer_jobs_v1(ARRAY(
    SELECT ROW(%s, %s, %s, NULL, NULL, arguments, NULL)::procrastinate_job_to_defer_v1 FROM jsonb_array_elements(%s) AS arguments
))"""


def job(*, queue: str = "default", attempts: int = 8, **options: Any) -> Callable[[Callable[..., None]], Any]:
    """Register a function as a job; call it later with `.defer(**json_values)`."""
    retry = RetryStrategy(max_attempts=attempts, exponential_wait=3)
    register: Callable[[Callable[..., None]], Any] = app.task(queue=queue, retry=retry, **options)
    return register


def periodic(cron: str, *, queue: str = "default") -> Callable[[Callable[[int], None]], Any]:
    """Run the function on a cron schedule; it is given the moment's Unix time. No retries: the next run is the retry."""

    def register(function: Callable[[int], None]) -> Any:
        return app.periodic(cron=cron)(app.task(queue=queue, queueing_lock=function.__qualname__)(function))

    return register


def enqueuing(task: Task[..., Any, Any], calls: Sequence[Mapping[str, Any]]) -> Statement:
    """What writes a job for each of the calls, as `task.batch_defer(*calls)`: by the queue's own function, without an object
    for each job.

    For jobs that are written with every action. The task has no lock, and nobody asks for the keys of its jobs.
    """
    return Statement(_ENQUEUE, [task.queue, task.name, task.priority, Jsonb(calls)])


def for_each(rows: Iterable[Row], do: Callable[[Row], object]) -> int:
    """Do it to each by itself: a row that fails is logged, and does not keep the others from their turn.

    Returns: to how many it was done; `do` says False of a row that did not need it any more.

    Raises:
        RuntimeError: at the end, when some failed, so that the status page shows the job.
    """
    done, failed = 0, []
    for row in rows:
        try:
            done += do(row) is not False
        except Exception:
            failed.append(row.pk)
            log.exception("row_of_job_failed", row=row.pk)
    if failed:
        raise RuntimeError(f"{len(failed)} failed, among them {failed[:5]}")
    return done
