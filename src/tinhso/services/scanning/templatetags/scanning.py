from django import template

from tinhso.blocks.cases.models import Case
from tinhso.blocks.directory.models import Person
from tinhso.services.scanning.queries import may_scan

register = template.Library()


@register.filter
def scannable(case: Case, person: Person) -> bool:
    """Whether the person may digitise the papers of the case."""
    return may_scan(person, case)
