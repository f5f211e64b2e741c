"""What people write in their own words: cleaned, and no longer than papers, messages and screens can hold."""

from django.utils.translation import gettext as _

from tinhso.blocks.forms.engine.values import clean_text, grouped
from tinhso.kernel.errors import Invalid

LIMIT = 4_000
DOCUMENT_LIMIT = 200


def free_text(given: str, *, field: str) -> str:
    """The text without space around it; a line end counts once, as it does in browsers.

    Raises:
        Invalid: it is longer than `LIMIT`; `fields` names `field`.
    """
    text = clean_text(given)
    if len(text) > LIMIT:
        numbers = {"length": grouped(len(text)), "limit": grouped(LIMIT)}
        problem = _("Bạn đã viết %(length)s ký tự, nhiều nhất là %(limit)s ký tự. Hãy viết ngắn lại.") % numbers
        raise Invalid(problem, fields={field: problem})
    return text


def document_text(given: str, *, field: str) -> str:
    """Number and date of a paper, as people write them: "125/CV-UBND ngày 02/12/2026".

    Raises:
        Invalid: it is longer than `DOCUMENT_LIMIT`; `fields` names `field`.
    """
    text = " ".join(clean_text(given).split())
    if len(text) > DOCUMENT_LIMIT:
        problem = _("Nhiều nhất là %(limit)s ký tự.") % {"limit": DOCUMENT_LIMIT}
        raise Invalid(problem, fields={field: problem})
    return text
