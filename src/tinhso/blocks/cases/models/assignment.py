"""Tables of who is given a step when it opens: an agency's policies, their rules, and whose turn it was."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class AssignmentPolicy(models.Model):
    """How an agency's steps find somebody when they open. The most particular one holds: step, role, procedure, all."""

    class Way(models.TextChoices):
        NOBODY = "nobody", _("Để bộ phận tự nhận")
        LOAD = "load", _("Người đang ít việc nhất")
        RULE = "rule", _("Theo quy tắc")

    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="assignment_policies", db_index=False)
    procedure = models.ForeignKey("cases.Procedure", models.CASCADE, null=True, related_name="+", help_text="null: every one")
    role = models.CharField(max_length=40, blank=True, help_text="empty: every one")
    node = models.CharField(max_length=100, blank=True, help_text="one step of the procedure; empty: every one")
    way = models.CharField(max_length=10, choices=Way)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "procedure", "role", "node"], nulls_distinct=False, name="one_assignment_policy_a_matter"
            ),
            models.CheckConstraint(
                condition=Q(node="") | Q(procedure__isnull=False, role=""), name="assignment_policy_step_of_procedure"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way} at {self.agency_id}"


class AssignmentRule(models.Model):
    """A condition (CEL) and who is given what fulfils it: a person, the least loaded holder of a post, or of the role."""

    policy = models.ForeignKey(AssignmentPolicy, models.CASCADE, related_name="rules", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="rules are tried in this order")
    condition = models.TextField()
    person = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey("directory.Post", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="assignment_rule_number"),
            models.CheckConstraint(condition=Q(person=None) | Q(post=None), name="assignment_rule_one_target"),
        ]

    def __str__(self) -> str:
        return f"rule {self.number} of policy {self.policy_id}"


class AssignmentTurn(models.Model):
    """When somebody was last given a step of an agency by a policy: among equally loaded colleagues the longest ago is next."""

    agency = models.ForeignKey("directory.Agency", models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey("directory.Person", models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "person"], name="assignment_turn_once")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.agency_id}"


def how_in_words(how: str) -> str:
    """Why a step is with somebody, or with nobody, as colleagues read it."""
    kind, _colon, number = how.partition(":")
    if kind == "load":
        return gettext("theo khối lượng việc")
    if kind == "rule":
        return gettext("theo quy tắc %(number)s") % {"number": number}
    if kind == "failed":
        return gettext("quy tắc %(number)s không giao được cho ai") % {"number": number}
    return ""
