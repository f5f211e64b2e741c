from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tinhso.blocks.identity.actions import enter_as_sample
from tinhso.blocks.identity.guards import VisitorRequest
from tinhso.blocks.identity.sessions import enter


@require_POST
def switch(request: VisitorRequest) -> HttpResponse:
    """Continue as one of the sample accounts, without a password. Not there unless sample data is loaded."""
    return enter(request, enter_as_sample(request.POST.get("username", ""), leaving=request.person))
