from django import template
from django.template.context import RequestContext

from tinhso.blocks.messaging.queries import unread_count

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_notices(context: RequestContext) -> int:
    """How many notices the signed-in person has not read; asked once a request."""
    request = context["request"]
    if getattr(request, "person", None) is None:
        return 0
    if not hasattr(request, "_unread_notices"):
        request._unread_notices = unread_count(request.person)
    return int(request._unread_notices)
