from typing import Any

from django import template
from django.template.context import RequestContext

from tinhso.blocks.identity.queries import sample_accounts

register = template.Library()


@register.inclusion_tag("identity/switcher.html", takes_context=True)
def sample_switcher(context: RequestContext) -> dict[str, Any]:
    """The choice of sample accounts; nothing where no sample data is loaded."""
    request = context.get("request")
    account = getattr(request, "account", None)
    return {
        "accounts": sample_accounts(),
        "current": account.username if account else "",
        "csrf_token": context.get("csrf_token"),
    }
