"""One deed on many things: each in a transaction of its own, so that one that cannot be done does not stop the others."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from tinhso.kernel.errors import DomainError

Thing = TypeVar("Thing")


def one_by_one(things: Iterable[Thing], do: Callable[[Thing], object]) -> list[tuple[Thing, str]]:
    """Do it to each; returns, in order, each thing and why it could not be done (empty when it was)."""
    outcomes = []
    for thing in things:
        try:
            do(thing)
        except DomainError as error:
            outcomes.append((thing, str(error)))
        else:
            outcomes.append((thing, ""))
    return outcomes
