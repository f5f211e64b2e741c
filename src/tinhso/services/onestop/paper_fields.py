"""The fields in which the counter says in which form a part was handed in, and how many of it."""

from collections.abc import Mapping

from tinhso.blocks.cases.actions.intake import HandedIn
from tinhso.blocks.cases.actions.originals import on_paper
from tinhso.blocks.cases.models import PaperForm
from tinhso.blocks.cases.requirements import WantedPart
from tinhso.kernel.text.numbers import whole_number

Given = Mapping[str, str]
_COUNTED = ("form", "handed", "pages", "lent")


def handed_in_on_paper(given: Given, code: str) -> HandedIn:
    """What was handed in on paper, as the clerk counted it."""
    if f"paper_{code}" not in given:
        return HandedIn()
    entered = {name: given.get(f"{name}_{code}", "") for name in _COUNTED}
    if not any(entered.values()):
        return HandedIn(on_paper=True)
    numbers = {name: whole_number(entered[name]) for name in _COUNTED[1:]}
    return on_paper(form=entered["form"], **numbers, field=f"parts.{code}")


def counted(given: Given, part: WantedPart) -> dict[str, str]:
    """What the fields of a part show: what was entered, else what the procedure asks for."""
    usual = {
        "form": PaperForm.ORIGINAL if part.originals else PaperForm.COPY,
        "handed": str(part.originals or part.copies or 1),
        "pages": "",
        "lent": "",
    }
    return {name: given.get(f"{name}_{part.code}", value) for name, value in usual.items()}
