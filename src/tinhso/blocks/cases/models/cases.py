"""A case, which is thin: its steps, parts, clock and time line are rows of their own."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.families import CODES, PROCEDURE
from tinhso.blocks.cases.models.procedures import Procedure, ProcedureVersion
from tinhso.blocks.forms.fields import AnswersField


class Status(models.IntegerChoices):
    """The ten statuses of the National Public Service Portal."""

    SUBMITTED = 1, _("Mới đăng ký")
    ACCEPTED = 2, _("Được tiếp nhận")
    REFUSED = 3, _("Không được tiếp nhận")
    IN_PROGRESS = 4, _("Đang xử lý")
    SUPPLEMENT_ASKED = 5, _("Yêu cầu bổ sung giấy tờ")
    FINANCIAL_DUTY = 6, _("Yêu cầu thực hiện nghĩa vụ tài chính")
    WITHDRAWN = 7, _("Công dân yêu cầu rút hồ sơ")
    STOPPED = 8, _("Dừng xử lý")
    DONE = 9, _("Đã xử lý xong")
    RETURNED = 10, _("Đã trả kết quả")

    @property
    def tone(self) -> str:
        """How its badge is coloured: amber for what waits for the applicant, red for refusal."""
        return _TONES.get(self, "neutral")


_TONES = {
    Status.ACCEPTED: "active",
    Status.REFUSED: "bad",
    Status.IN_PROGRESS: "active",
    Status.SUPPLEMENT_ASKED: "soon",
    Status.FINANCIAL_DUTY: "soon",
    Status.STOPPED: "bad",
    Status.DONE: "done",
    Status.RETURNED: "done",
}

ENDED = frozenset({Status.REFUSED, Status.WITHDRAWN, Status.STOPPED, Status.DONE, Status.RETURNED})


class Channel(models.IntegerChoices):
    """How a case was handed in (KenhThucHien of the National Portal)."""

    COUNTER = 1, _("Trực tiếp")
    ONLINE = 2, _("Trực tuyến")
    POST = 3, _("Bưu chính công ích")


class Case(models.Model):
    """One matter between a person and an agency, from submission to the returned result."""

    code = models.CharField(max_length=60)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="cases")
    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="cases", db_index=False)
    term_version = models.ForeignKey(
        ProcedureVersion,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="whose term the case keeps since it moved to a version with another one",
    )
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="cases", db_index=False)
    status = models.SmallIntegerField(choices=Status.choices, default=Status.SUBMITTED)
    channel = models.SmallIntegerField(choices=Channel.choices)
    applicant = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="cases", db_index=False)
    business = models.ForeignKey("directory.Business", models.PROTECT, null=True, related_name="cases")
    submitted_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, help_text="start of the legal clock")
    due_at = models.DateTimeField(null=True, help_text="empty before acceptance and while the clock is paused")
    ended_at = models.DateTimeField(null=True, help_text="when the agency had finished: done, refused, withdrawn or stopped")
    returned_at = models.DateTimeField(null=True)
    counts_late_766 = models.BooleanField(
        default=False, help_text="asked to supplement more than once: late in the 766 index only"
    )
    extended_by = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="by how much the term was extended, in its own unit; 0: not extended"
    )
    reopened = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="how often, because of a complaint")
    applicant_name = models.CharField(max_length=300)
    search = models.TextField(help_text="code and applicant's name, folded")
    submission_key = models.CharField(max_length=64, null=True, help_text="makes a repeated submission harmless")
    family = models.CharField(
        max_length=10, default=PROCEDURE, db_default=PROCEDURE, db_collation="C", help_text="that of its procedure"
    )

    class Meta:
        indexes = [
            models.Index(fields=["agency", "family", "status", "due_at", "id"], name="case_agency_due"),
            models.Index(fields=["agency", "family", "-submitted_at", "-id"], name="case_agency_handed_in"),
            models.Index(fields=["family", "-submitted_at", "-id"], name="case_handed_in"),  # for those who read all agencies
            models.Index(fields=["applicant", "-submitted_at", "-id"], name="case_applicant"),
            models.Index(fields=["submitted_by", "-submitted_at", "-id"], name="case_submitter"),
            GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="case_search"),
        ]
        constraints = [
            # `unique=True` would keep a second index of the same column, for patterns that nobody asks for
            models.UniqueConstraint(fields=["code"], name="cases_case_code_key"),
            models.UniqueConstraint(fields=["submission_key"], name="cases_case_submission_key_key"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="case_status_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="case_channel_known"),
            models.CheckConstraint(condition=Q(family__in=CODES), name="case_family_known"),
            models.CheckConstraint(
                condition=Q(status__in=[Status.SUBMITTED, Status.REFUSED, Status.WITHDRAWN, Status.SUPPLEMENT_ASKED])
                | Q(received_at__isnull=False),
                name="case_worked_on_was_received",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False) | ~Q(status__in=sorted(ENDED)), name="case_ended_has_its_time"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def state(self) -> Status:
        return Status(self.status)

    @property
    def ended(self) -> bool:
        return self.status in ENDED


class CaseForm(models.Model):
    """What was entered in the procedure's form, under the schema of the case's version."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="form")
    answers = AnswersField()

    def __str__(self) -> str:
        return f"form of case {self.case_id}"


class Party(models.Model):
    """A person or business with a part in a case, with the particulars given at submission."""

    class Role(models.TextChoices):
        APPLICANT = "applicant", _("Người nộp")
        REPRESENTED = "represented", _("Người được đại diện")

    case = models.ForeignKey(Case, models.CASCADE, related_name="parties")
    role = models.CharField(max_length=12, choices=Role.choices)
    person = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=300)
    identity_number = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["identity_number"], name="party_identity", condition=~Q(identity_number="")),
            models.Index(fields=["phone"], name="party_phone", condition=~Q(phone="")),
        ]

    def __str__(self) -> str:
        return f"{self.role} of case {self.case_id}"
