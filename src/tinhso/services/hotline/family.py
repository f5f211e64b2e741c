"""What the line makes of calls, as a family of cases (ADR 18): questions answered at once and requests to an agency."""

from django.utils.translation import pgettext_lazy

from tinhso.blocks.cases.families import HOTLINE, Family

AGENT, LEAD, HANDLER = "hotline_agent", "hotline_lead", "ticket_handler"
QUESTION, REQUEST = "TD-HD", "TD-YC"

TICKETS = Family(
    HOTLINE,
    area="tickets",
    roles=frozenset({AGENT, LEAD, HANDLER}),
    heads=(LEAD,),
    desk="/tong-dai/phieu/%s/",
    at_once=True,
    slips=False,
    noun=pgettext_lazy("one case", "Phiếu"),
    mark="TD",
)
