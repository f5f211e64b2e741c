"""What goes to the National Public Service Portal, what came from it, and how the two agree.

No payload is kept: a message is made from the case when it is sent, so that there is one place where personal data is corrected
and erased. Kept are what the message is about, and how its sending went.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models import Status


class Link(models.Model):
    """The line to the portal: one row. After failures in a row it rests until `rests_until`; nothing is sent meanwhile."""

    failures = models.PositiveIntegerField(default=0, help_text="in a row, of the line itself")
    rests_until = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True, help_text="when the portal last answered at all")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="dvcqg_one_link")]

    def __str__(self) -> str:
        return f"{self.failures} failures"


class CaseExchange(models.Model):
    """What the portal knows of a case, as far as it has acknowledged."""

    case = models.OneToOneField("cases.Case", models.CASCADE, primary_key=True, related_name="national_portal")
    portal_code = models.CharField(
        max_length=60, unique=True, help_text="MaHoSo: ours, or the portal's for a case handed in there"
    )
    from_portal = models.BooleanField(default=False)
    registered = models.BooleanField(default=False, help_text="the portal has the case: further records are updates")
    status = models.SmallIntegerField(choices=Status.choices, null=True, help_text="the last status acknowledged")
    queued_to = models.BigIntegerField(default=0, help_text="the last entry of the time line that messages were made for")
    compared_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.portal_code


class Kind(models.TextChoices):
    """The services of the portal's interface that carry something there."""

    CASE = "DongBoHoSoMC", _("Hồ sơ")
    PROGRESS = "CapNhatTienDoHoSoMC", _("Tiến độ")


class Message(models.Model):
    """One message to the portal. Messages of a case go in the order of their ids; one that failed for good holds up the rest."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Chờ gửi")
        SENT = "sent", _("Đã gửi")
        DEAD = "dead", _("Không gửi được")
        DROPPED = "dropped", _("Đã bỏ")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind)
    entry = models.BigIntegerField(
        null=True, help_text="the entry of the time line; empty: asked for by a person or the comparison"
    )
    event = models.CharField(max_length=60)
    status = models.SmallIntegerField(choices=Status.choices)
    at = models.DateTimeField(help_text="when it happened")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    uncertain = models.BooleanField(default=False, help_text="a try ended without an answer: the portal may have it already")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    settled_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=20, blank=True)
    error = models.CharField(max_length=500, blank=True, help_text="what went wrong; no personal values")
    problems = models.JSONField(default=list, help_text='[["MaLinhVuc", "thiếu"], …]: found before sending')
    dropped_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "entry", "kind"], name="dvcqg_message_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting"], settled_at=None)
                | Q(state__in=["sent", "dead", "dropped"], settled_at__isnull=False),
                name="dvcqg_message_settled_has_its_time",
            ),
            models.CheckConstraint(condition=~Q(state="dropped") | ~Q(reason=""), name="dvcqg_message_dropped_with_a_reason"),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="dvcqg_message_due", condition=Q(state="waiting")),
            models.Index(fields=["case", "id"], name="dvcqg_message_unsettled", condition=Q(state__in=["waiting", "dead"])),
            models.Index(fields=["state", "-id"], name="dvcqg_message_state"),
            models.Index(fields=["settled_at"], name="dvcqg_message_settled", condition=Q(state__in=["sent", "dropped"])),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event} of case {self.case_id}"


class Arrival(models.Model):
    """A case handed in at the portal and sent to us; asked again, it is answered the same."""

    portal_code = models.CharField(max_length=60, unique=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of what came")
    case = models.OneToOneField("cases.Case", models.CASCADE, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.portal_code


class Comparison(models.Model):
    """One comparison of the portal's cases with ours."""

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    compared = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    different = models.PositiveIntegerField(default=0)
    unanswered = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.started_at:%d/%m/%Y}"


class Difference(models.Model):
    """A case of which the portal says something else than we told it. Open until the two agree again."""

    case = models.OneToOneField("cases.Case", models.CASCADE, primary_key=True, related_name="+")
    ours = models.SmallIntegerField(choices=Status.choices)
    theirs = models.SmallIntegerField(null=True, help_text="empty: the portal has no such case")
    found_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id}: {self.ours} / {self.theirs}"


class PortalProcedure(models.Model):
    """A procedure as the portal's catalogue has it."""

    code = models.CharField(max_length=60, primary_key=True)
    name = models.CharField(max_length=1000)
    field_code = models.CharField(max_length=60, blank=True)
    field = models.CharField(max_length=300, blank=True)
    content = models.JSONField(help_text="as downloaded")
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class DemoCase(models.Model):
    """A case in the sample portal inside the product."""

    portal_code = models.CharField(max_length=60, primary_key=True)
    status = models.SmallIntegerField(choices=Status.choices)
    record = models.JSONField()
    progress = models.JSONField(default=list)
    updated_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.portal_code


class DemoBehaviour(models.Model):
    """How the sample portal behaves next: one row."""

    class Fault(models.TextChoices):
        NONE = "", _("Bình thường")
        SLOW = "slow", _("Trả lời chậm")
        SILENT = "silent", _("Không trả lời")
        LOST = "lost", _("Nhận rồi nhưng mất câu trả lời")
        BROKEN = "broken", _("Lỗi máy chủ (500)")
        REFUSES = "refuses", _("Từ chối (error_code khác 0)")
        EXPIRED = "expired", _("Phiên hết hạn")
        GARBLED = "garbled", _("Trả lời không phải JSON")

    fault = models.CharField(max_length=10, choices=Fault, blank=True)
    times = models.PositiveIntegerField(default=0, help_text="how many more calls it befalls")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="dvcqg_one_behaviour")]

    def __str__(self) -> str:
        return self.fault or "normal"
