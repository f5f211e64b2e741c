"""Tags every template has (a builtin library): the texts of the templates themselves."""

from django import template
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils.translation import get_language

register = template.Library()


class _Kept(Node):
    """A text without anything that could differ from page to page: said by Django's node once for each language."""

    def __init__(self, node: TranslateNode) -> None:
        self._node, self._name = node, node.asvar
        node.asvar = None
        self._said: dict[tuple[str | None, bool], str] = {}

    def render(self, context: Context) -> str:
        key = (get_language(), context.autoescape)
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = self._node.render(context)
        if self._name is None:
            return said
        context[self._name] = said
        return ""


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """As Django's tag of that name, which looks a text up anew each time: a page has fifty to a hundred of them."""
    node = do_translate(parser, token)
    text, context = node.filter_expression, node.message_context
    fixed = text.var.literal is not None and not text.filters and (context is None or not context.is_var)  # type: ignore[attr-defined]
    return _Kept(node) if fixed else node
