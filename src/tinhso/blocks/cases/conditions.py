"""Rules in their order: the first whose condition holds decides who is given a step, or which agency a matter goes to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tinhso.kernel.rules import RuleError, compile_rule


@dataclass(frozen=True)
class Decided:
    """number: of the rule, from 1 on; 0 when none holds. failed: it could not be told whether that one holds."""

    number: int = 0
    failed: bool = False


def first_that_holds(conditions: Iterable[str], facts: Mapping[str, Any]) -> Decided:
    """A condition that cannot be told stops the search: what comes after it was meant for what it does not hold for."""
    for number, condition in enumerate(conditions, 1):
        try:
            value = compile_rule(condition).evaluate(facts)
        except RuleError:
            return Decided(number, failed=True)
        if value is not False:
            return Decided(number, failed=value is not True)
    return Decided()
