"""Citizens' reports as a family of cases (ADR 18)."""

from django.utils.translation import pgettext_lazy

from tinhso.blocks.cases.families import REPORT, Family

HANDLER, APPROVER, DESK = "report_handler", "report_approver", "report_desk"

REPORTS = Family(
    REPORT,
    area="reports",
    roles=frozenset({HANDLER, APPROVER, DESK}),
    heads=(APPROVER, DESK),
    desk="/phan-anh/xu-ly/%s/",
    at_once=True,
    slips=False,
    nameless=True,
    noun=pgettext_lazy("one case", "Phản ánh"),
    mark="PA",
)
