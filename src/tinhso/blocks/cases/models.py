"""Tables of procedures and cases. A case is thin; its steps, parts, parties, clock and time line are rows of their own."""

from datetime import date, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.assignment_tables import (  # noqa: F401 - Django looks for tables here
    AssignmentPolicy,
    AssignmentRule,
    AssignmentTurn,
    how_in_words,
)
from tinhso.blocks.cases.change_tables import Correction, Petition, Reopening, Transfer  # noqa: F401 - Django looks for tables here
from tinhso.blocks.cases.facts import CaseFacts
from tinhso.blocks.cases.families import CODES, PROCEDURE
from tinhso.blocks.cases.kept import ContentField
from tinhso.blocks.cases.mention_tables import Mention  # noqa: F401 - Django looks for tables here
from tinhso.blocks.cases.offer_tables import ProcedureOffer  # noqa: F401 - Django looks for tables here
from tinhso.blocks.cases.paper_tables import OriginalsReturn, PaperForm
from tinhso.blocks.cases.place_tables import CaseLink, CasePlace  # noqa: F401 - Django looks for tables here
from tinhso.blocks.cases.process_tables import Opinion, OpinionFile, SubCase, Wait  # noqa: F401 - Django looks for tables here
from tinhso.blocks.cases.return_tables import ResultReturn  # noqa: F401 - Django looks for tables here
from tinhso.blocks.cases.routing_tables import Routing  # noqa: F401 - Django looks for tables here
from tinhso.blocks.forms.fields import AnswersField

__all__ = ["CaseFacts"]


class _DateRange(Func):
    function = "daterange"
    output_field = DateRangeField()


class Procedure(models.Model):
    """A public procedure of the national catalogue (thủ tục hành chính), or what another family has in its place."""

    class Level(models.TextChoices):
        COMMUNE = "commune", _("Cấp xã")
        PROVINCE = "province", _("Cấp tỉnh")

    class Grade(models.TextChoices):
        FULL = "full", _("Toàn trình")
        PARTIAL = "partial", _("Một phần")
        INFORMATION = "information", _("Cung cấp thông tin")

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=500)
    name_en = models.CharField(max_length=500, blank=True)
    field = models.CharField(max_length=200)
    field_code = models.CharField(max_length=20)
    level = models.CharField(max_length=10, choices=Level.choices)
    grade = models.CharField(max_length=12, choices=Grade.choices)
    audience = ArrayField(models.CharField(max_length=10))
    search = models.TextField(help_text="names, field and keywords, folded, with and without spaces")
    family = models.CharField(max_length=10, default=PROCEDURE, db_default=PROCEDURE, db_collation="C")

    class Meta:
        indexes = [GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="procedure_search")]
        constraints = [models.CheckConstraint(condition=Q(family__in=CODES), name="procedure_family_known")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" and self.name_en else self.name


class ProcedureVersion(models.Model):
    """A procedure as it stood from `valid_from` to `valid_to` (inclusive). A case keeps the version it was received under."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions")
    version = models.CharField(max_length=30)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    definition = ContentField(help_text="procedure.toml")
    graph = ContentField(help_text="the parsed process")
    files = ContentField(help_text="the folder's text files by name: form, process, paper templates")
    content_hash = models.CharField(max_length=64)
    made_here = models.BooleanField(default=False, db_default=False, help_text="by the province, not brought by the product")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "version"], name="version_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="version_dates_in_order"
            ),
            ExclusionConstraint(
                name="one_version_a_day",
                expressions=[
                    ("procedure", RangeOperators.EQUAL),
                    (_DateRange("valid_from", "valid_to", RangeBoundary(inclusive_upper=True)), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.version}"

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


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

    code = models.CharField(max_length=60, unique=True)
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
    submission_key = models.CharField(max_length=64, null=True, unique=True, help_text="makes a repeated submission harmless")
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


class Part(models.Model):
    """A document that belongs to the application (thành phần hồ sơ)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="parts")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=500)
    required = models.BooleanField(default=True)
    originals = models.PositiveSmallIntegerField(default=0)
    copies = models.PositiveSmallIntegerField(default=0)
    on_paper = models.BooleanField(default=False, help_text="handed in on paper at the counter or by post")
    form = models.CharField(
        max_length=10, choices=PaperForm, default="", db_default="", blank=True, help_text="of the paper; empty: not said"
    )
    handed = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="how many of that form")
    pages = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="of one; 0: not counted")
    lent = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="originals the agency keeps for a while")
    lent_at = models.DateTimeField(null=True)
    given_back = models.ForeignKey(OriginalsReturn, models.PROTECT, null=True, related_name="parts", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["case"], name="part_original_held", condition=Q(lent__gt=0, given_back__isnull=True)),
            models.Index(fields=["given_back"], name="part_given_back", condition=Q(given_back__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "code"], name="part_once_a_case"),
            models.CheckConstraint(condition=Q(lent=0) | Q(lent_at__isnull=False), name="part_lent_since"),
            models.CheckConstraint(condition=Q(form="") | Q(handed__gte=1), name="part_handed_in"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of case {self.case_id}"

    @property
    def counted(self) -> dict[str, object]:
        """What was recorded, else what the procedure asks for; what a form shows."""
        if self.form:
            return {"form": self.form, "handed": self.handed, "pages": self.pages or "", "lent": self.lent or ""}
        usual = PaperForm.ORIGINAL if self.originals else PaperForm.COPY
        return {"form": usual, "handed": self.originals or self.copies or 1, "pages": "", "lent": ""}

    @property
    def held(self) -> bool:
        """Whether originals of it are still to go back."""
        return self.lent > 0 and self.given_back_id is None


class PartFile(models.Model):
    """An electronic copy of a part."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="files")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "file"], name="file_once_a_part")]

    def __str__(self) -> str:
        return f"file {self.file_id} of part {self.part_id}"


class Step(models.Model):
    """A user task of the process, waiting for somebody or done. An agency and a role hold it until a person takes it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="steps")
    sub = models.ForeignKey("cases.SubCase", models.CASCADE, null=True, related_name="steps", db_index=False)
    node = models.CharField(max_length=100)
    instance = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="which of several times the task is done")
    version = models.ForeignKey(
        ProcedureVersion,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="under which it was ended, where the case has moved to another version since",
    )
    name = models.CharField(max_length=300)
    does = models.CharField(max_length=20)
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=40)
    assignee = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="steps")
    assigned_how = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="by a policy: load, rule:2, failed:2; else empty"
    )
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+")
    cancelled = models.BooleanField(default=False)
    escalated_at = models.DateTimeField(null=True, help_text="when its agency's heads were told that it is late")
    outcome = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                F("agency"), F("role"), F("due_at"), F("id"), name="step_work", condition=Q(done_at__isnull=True, cancelled=False)
            ),
            models.Index(fields=["sub"], name="step_sub", condition=Q(sub__isnull=False)),
            models.Index(
                fields=["due_at", "id"],
                name="step_late",
                condition=Q(done_at__isnull=True, cancelled=False, escalated_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sub", "node", "instance"],
                condition=Q(done_at__isnull=True, cancelled=False),
                nulls_distinct=False,
                name="one_open_step_an_instance",
            ),
            models.CheckConstraint(condition=Q(done_at__isnull=True) | Q(cancelled=False), name="step_done_or_cancelled"),
        ]

    def __str__(self) -> str:
        return f"{self.node} of case {self.case_id}"

    @property
    def open(self) -> bool:
        return self.done_at is None and not self.cancelled

    @property
    def assigned_because(self) -> str:
        """Why a policy gave it to its assignee, or could give it to nobody; empty when no policy did."""
        return how_in_words(self.assigned_how)


class JoinArrival(models.Model):
    """A token waiting at a join. The constraint makes a second arrival over the same flow impossible."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="arrivals")
    sub = models.ForeignKey("cases.SubCase", models.CASCADE, null=True, related_name="+", db_index=False)
    node = models.CharField(max_length=100)
    flow = models.CharField(max_length=100)
    consumed = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["sub"], name="arrival_sub", condition=Q(sub__isnull=False))]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sub", "node", "flow"],
                condition=Q(consumed=False),
                nulls_distinct=False,
                name="one_waiting_arrival_a_flow",
            )
        ]

    def __str__(self) -> str:
        return f"{self.flow} at {self.node} of case {self.case_id}"


class Pause(models.Model):
    """A stretch in which the legal clock stands still."""

    class Reason(models.TextChoices):
        SUPPLEMENT = "supplement", _("Chờ bổ sung giấy tờ")
        FEE = "fee", _("Chờ thực hiện nghĩa vụ tài chính")
        AGENCY = "agency", _("Chờ cơ quan khác")
        COURT = "court", _("Chờ tòa án, cơ quan điều tra")

    case = models.ForeignKey(Case, models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    note = models.TextField(default="", db_default="", help_text="what is waited for, in words")
    document = models.CharField(max_length=200, default="", db_default="", help_text="number and date of the paper it rests on")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="one_running_pause"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="pause_times_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} of case {self.case_id}"


class Extension(models.Model):
    """The one extension of a case's term, with the apology (form 04)."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="extension")
    amount = models.PositiveSmallIntegerField(help_text="in the unit of the term")
    reason = models.TextField()
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=1), name="extension_positive")]

    def __str__(self) -> str:
        return f"extension of case {self.case_id}"


class Reappointment(models.Model):
    """A due date that took the place of another (NgayHenTraTruoc, NgayHenTraMoi of the National Portal)."""

    class Cause(models.TextChoices):
        PAUSE = "pause", _("Sau thời gian tạm dừng")
        EXTENSION = "extension", _("Gia hạn")
        CALENDAR = "calendar", _("Lịch làm việc thay đổi")
        TRANSFER = "transfer", _("Chuyển cơ quan khác")
        VERSION = "version", _("Phiên bản quy trình mới")

    case = models.ForeignKey(Case, models.CASCADE, related_name="reappointments")
    at = models.DateTimeField()
    cause = models.CharField(max_length=10, choices=Cause.choices)
    before = models.DateTimeField()
    after = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.cause} of case {self.case_id}"


class Supplement(models.Model):
    """A request to complete or correct the papers (form 02) and its answer."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="supplements")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+")
    content = models.TextField()
    reason = models.TextField(default="", db_default="")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(answered_at__isnull=True), name="one_open_supplement")
        ]

    def __str__(self) -> str:
        return f"supplement of case {self.case_id}"


class CasePaper(models.Model):
    """A paper issued in a case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="papers")
    paper = models.OneToOneField("papers.Paper", models.PROTECT, related_name="+")
    is_result = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case"], condition=Q(is_result=True), name="one_result_a_case")]

    def __str__(self) -> str:
        return f"paper {self.paper_id} of case {self.case_id}"


class CaseInvoice(models.Model):
    """The fee of a case."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="fee")
    invoice = models.OneToOneField("payments.Invoice", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"fee of case {self.case_id}"


class TimelineEntry(models.Model):
    """What happened in a case, told to people. `public` entries are shown to the applicant."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="timeline", db_index=False)
    at = models.DateTimeField()
    event = models.CharField(max_length=60)
    actor = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+")
    public = models.BooleanField(default=True)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "at", "id"], name="timeline_case")]

    def __str__(self) -> str:
        return f"{self.event} of case {self.case_id}"


class CaseAccess(models.Model):
    """Who may see a case because a step of it came to them: the holders of `role` at `agency`.

    Those who may read all cases of an agency need no row, unless the case is another agency's. Kept by the actions; the tests
    hold it against the slow rule derived from the steps.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="access")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=40)
    elsewhere = models.BooleanField(default=False, db_default=False, help_text="the case is another agency's")

    class Meta:
        indexes = [models.Index(fields=["agency", "role", "case"], name="access_elsewhere", condition=Q(elsewhere=True))]
        constraints = [models.UniqueConstraint(fields=["agency", "role", "case"], name="access_once")]

    def __str__(self) -> str:
        return f"{self.role} at {self.agency_id} sees case {self.case_id}"


class Rating(models.Model):
    """The applicant's opinion of how the case was handled."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="rating")
    stars = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="rating_one_to_five")]

    def __str__(self) -> str:
        return f"rating of case {self.case_id}"


RATING_WINDOW = timedelta(days=90)
