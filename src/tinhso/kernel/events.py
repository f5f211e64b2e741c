"""Events: what an action announces, and who listens.

A subscriber is a job of its own, enqueued in the transaction of the action, so that one failing listener neither stops the
others nor loses the event. Subscribers must be idempotent: a job may run twice.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from tinhso.kernel.correlation import correlation_id, start_correlation
from tinhso.kernel.inserts import Statement
from tinhso.kernel.jobs import enqueuing, job


@dataclass(frozen=True)
class Event:
    """What a subscriber is given."""

    name: str
    object_type: str
    object_id: str
    actor_id: int | None
    facts: Mapping[str, Any] = field(default_factory=dict)


Subscriber = Callable[[Event], None]
_subscribers: dict[str, dict[str, Subscriber]] = defaultdict(dict)


def subscribe(*names: str) -> Callable[[Subscriber], Subscriber]:
    """Run the decorated function after each of the named events. Put it in the app's `jobs.py`."""

    def register(function: Subscriber) -> Subscriber:
        path = f"{function.__module__}.{function.__qualname__}"
        for name in names:
            _subscribers[name][path] = function
        return function

    return register


def enqueue_subscribers(events: Iterable[Event]) -> None:
    """Write one job per event and subscriber into the running transaction."""
    if jobs := enqueuing_subscribers(events):
        with connection.cursor() as cursor:
            cursor.execute(*jobs)


def enqueuing_subscribers(events: Iterable[Event]) -> Statement | None:
    """The statement that does it; None where nobody listens."""
    calls = [
        {
            "subscriber": path,
            "name": event.name,
            "object_type": event.object_type,
            "object_id": event.object_id,
            "actor_id": event.actor_id,
            "facts": event.facts,
            "correlation": correlation_id(),
        }
        for event in events
        for path in _subscribers.get(event.name, ())
    ]
    return enqueuing(deliver_event, calls) if calls else None


@job(queue="events")
def deliver_event(  # noqa: PLR0917 - called by keyword, from the queue
    subscriber: str,
    name: str,
    object_type: str,
    object_id: str,
    actor_id: int | None,
    facts: dict[str, Any],
    correlation: str = "",
) -> None:
    """Call one subscriber with one event."""
    start_correlation(correlation)
    _subscribers[name][subscriber](Event(name, object_type, object_id, actor_id, facts))
