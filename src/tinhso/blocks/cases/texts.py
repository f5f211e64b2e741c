"""What people write in their own words: cleaned, and no longer than papers, messages and screens can hold."""

from django.utils.translation import gettext as _

from tinhso.blocks.forms.engine.values import clean_text, grouped
from tinhso.kernel.errors import Invalid

LIMIT = 4_000


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
