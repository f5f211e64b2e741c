"""Templates of messages: `templates/messages/<code>.<language>.txt` in any application; the first line is the subject."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.template import Context, Engine, TemplateDoesNotExist, engines
from django.template.backends.django import DjangoTemplates
from django.utils import translation


@dataclass(frozen=True)
class Text:
    subject: str
    body: str


@cache
def _engine() -> Engine:
    pages = engines["django"]
    assert isinstance(pages, DjangoTemplates)  # noqa: S101 - for the type checker
    return Engine(app_dirs=True, builtins=pages.engine.builtins)


def render(template: str, language: str, context: Mapping[str, Any]) -> Text:
    """The message in a language; in Vietnamese where the template has no such language.

    Raises:
        TemplateDoesNotExist: no application has this message.
    """
    with translation.override(language):
        try:
            found = _engine().get_template(f"messages/{template}.{language}.txt")
        except TemplateDoesNotExist:
            found = _engine().get_template(f"messages/{template}.{settings.LANGUAGE_CODE}.txt")
        # plain text: nothing to escape
        subject, _line, body = found.render(Context(dict(context), autoescape=False)).strip().partition("\n")
    return Text(" ".join(subject.split())[:250], body.strip())
