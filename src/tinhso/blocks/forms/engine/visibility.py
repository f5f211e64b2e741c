"""Which questions are asked, given the answers."""

from datetime import date
from typing import Any

from tinhso.blocks.forms.engine.paths import Answers, copied, drop_at, value_at
from tinhso.blocks.forms.engine.schema import Field, Widget

_MAX_ROUNDS = 10


def hidden_paths(fields: tuple[Field, ...], answers: Answers, today: date) -> list[str]:
    """Paths whose `x-visible-when` does not hold; what lies below a hidden path is not listed."""
    env = {"answers": answers, "today": today.isoformat()}
    return list(_hidden(fields, answers, env, ""))


def _hidden(fields: tuple[Field, ...], answers: Answers, env: dict[str, Any], parent: str) -> list[str]:
    found: list[str] = []
    for field in fields:
        path = f"{parent}.{field.key}" if parent else field.key
        if field.rule and not field.rule.holds(env):
            found.append(path)
        elif field.widget is Widget.LIST:
            for index, item in enumerate(value_at(answers, path) or ()):
                found += _hidden(field.fields, answers, env | {"item": item}, f"{path}[{index}]")
        elif field.fields:
            found += _hidden(field.fields, answers, env, path)
    return found


def pruned(fields: tuple[Field, ...], answers: Answers, today: date) -> tuple[Answers, list[str]]:
    """A copy of the answers without those to questions that are not asked, and the hidden paths.

    Dropping one answer may hide another question, so this is repeated until nothing changes.
    """
    answers = copied(answers)
    for _round in range(_MAX_ROUNDS):
        hidden = hidden_paths(fields, answers, today)
        dropped = [path for path in hidden if drop_at(answers, path)]
        if not dropped:
            break
    return answers, hidden
