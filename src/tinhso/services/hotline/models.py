"""The telephone: lines, agents and what they are doing, calls and who was rung, recordings.

A line is a number people dial, with the secret address at which the telephone exchange tells of its calls. There is one row for
each `call_id` of a line, whatever the exchange repeats. Durations cannot be negative: the constraints order the moments.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tinhso.services.hotline.conversation_tables import (  # noqa: F401 - Django looks for tables here
    Conversation,
    ConversationMessage,
    Letter,
    Mailbox,
    MessageFile,
)
from tinhso.services.hotline.desk_tables import (  # noqa: F401 - Django looks for tables here
    BlockedNumber,
    Callback,
    CallTicket,
    KnownNumber,
)
from tinhso.services.hotline.knowledge_tables import Article, ArticleVersion  # noqa: F401
from tinhso.services.hotline.quality_tables import Pick, QualityReview, Survey  # noqa: F401

LONGEST_CALL_ID = 250
LOST = "lost"
"""The cause of a call whose hang-up never came: when it ended is not known."""


class Line(models.Model):
    """A number people dial."""

    class Adapter(models.TextChoices):
        CTI = "cti", _("Tổng đài nối qua CTI")
        SIP = "sip", _("Tổng đài SIP đi kèm (Kamailio)")
        DEMO = "demo", _("Cuộc gọi mẫu")

    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True, help_text="as people dial it: 1022")
    title = models.CharField(max_length=100)
    adapter = models.CharField(max_length=10, choices=Adapter, default=Adapter.CTI)
    token_digest = models.CharField(max_length=64, unique=True, help_text="SHA-256; the token itself is shown once")
    prompt = models.CharField(max_length=500, blank=True, help_text="what callers hear before a recording begins")
    recording_days = models.PositiveSmallIntegerField(default=90, help_text="how long recordings are kept")
    conversation_days = models.PositiveSmallIntegerField(
        default=365, db_default=365, help_text="how long what was written is kept after its end; figures keep counting it"
    )
    exchange = models.CharField(max_length=100, blank=True, db_default="", help_text="host:port of our own SIP exchange")
    voice = models.CharField(max_length=100, blank=True, db_default="", help_text="host:port at which its rtpengine takes orders")
    browser_url = models.CharField(
        max_length=200, blank=True, db_default="", help_text="wss: address at which agents' browsers are its telephones"
    )
    sample_percent = models.PositiveSmallIntegerField(
        default=5, db_default=5, help_text="of each agent's calls and conversations of a week, drawn for the supervisor"
    )
    survey_percent = models.PositiveSmallIntegerField(
        default=100, db_default=0, help_text="of those served, asked how content they are; older lines: nobody"
    )
    active = models.BooleanField(default=True)
    seen_at = models.DateTimeField(null=True, help_text="the exchange's latest event, to the minute")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(recording_days__gte=1), name="hotline_line_days"),
            models.CheckConstraint(condition=Q(conversation_days__gte=31), name="hotline_line_written_days"),
            models.CheckConstraint(condition=Q(sample_percent__lte=100, survey_percent__lte=100), name="hotline_line_percents"),
        ]

    def __str__(self) -> str:
        return self.number


class Agent(models.Model):
    """Somebody who answers a line, with the extension by which the exchange names the telephone."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="agents", db_index=False)
    person = models.OneToOneField("directory.Person", models.PROTECT, related_name="+")
    extension = models.CharField(max_length=40)
    ha1 = models.CharField(max_length=32, blank=True, db_default="", help_text="digest of the telephone's password (RFC 3261)")
    lent_ha1 = models.CharField(max_length=32, blank=True, db_default="", help_text="digest of what the browser was lent")
    lent_until = models.DateTimeField(null=True, help_text="when that password opens nothing any more")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "extension"], condition=Q(active=True), name="hotline_agent_extension_used")
        ]

    def __str__(self) -> str:
        return self.extension


class State(models.TextChoices):
    READY = "ready", _("Sẵn sàng")
    TALKING = "talking", _("Đang nghe máy")
    WRAP_UP = "wrap_up", _("Ghi chép sau cuộc gọi")
    BREAK = "break", _("Tạm nghỉ")


class Spell(models.Model):
    """What an agent is doing, from a moment on. No open one: not on duty."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="spells", db_index=False)
    state = models.CharField(max_length=10, choices=State)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent"], condition=Q(until=None), name="hotline_one_state_an_agent"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="hotline_spell_in_order"),
        ]
        indexes = [models.Index(fields=["agent", "-since"], name="hotline_spell_since")]

    def __str__(self) -> str:
        return f"agent {self.agent_id}: {self.state}"


class Disposition(models.TextChoices):
    """How a call ended for the caller."""

    ANSWERED = "answered", _("Đã trả lời ngay")
    TICKET = "ticket", _("Đã lập phiếu")
    CALL_BACK = "call_back", _("Hẹn gọi lại")
    TRANSFERRED = "transferred", _("Chuyển máy")
    CUT_OFF = "cut_off", _("Mất liên lạc giữa chừng")
    SILENT = "silent", _("Không có tiếng")
    WRONG_NUMBER = "wrong_number", _("Nhầm số")
    ABUSE = "abuse", _("Quấy rối")


class Call(models.Model):
    """One call, as the exchange tells of it, and what the agent made of it."""

    class Direction(models.TextChoices):
        IN = "in", _("Gọi đến")
        OUT = "out", _("Gọi đi")

    class State(models.TextChoices):
        RINGING = "ringing", _("Đang đổ chuông")
        ANSWERED = "answered", _("Đang nói chuyện")
        ENDED = "ended", _("Đã kết thúc")
        MISSED = "missed", _("Nhỡ")

    line = models.ForeignKey(Line, models.PROTECT, related_name="calls", db_index=False)
    call_id = models.CharField(max_length=LONGEST_CALL_ID)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.IN)
    state = models.CharField(max_length=10, choices=State, default=State.RINGING)
    number = models.CharField(max_length=40, blank=True, help_text="the other side, E.164 or an extension; empty: withheld")
    queue = models.CharField(max_length=100, blank=True)
    aimed = models.BooleanField(default=False, db_default=False, help_text="the exchange named telephones: it rings at no other")
    agent = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="calls", db_index=False)
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=40, blank=True, help_text="why it ended, in the exchange's word")
    blocked = models.BooleanField(default=False, help_text="refused: the number is on the block list")
    entered_later = models.BooleanField(default=False, help_text="written down while the exchange or the network was out")
    person = models.ForeignKey(
        "directory.Person", models.SET_NULL, null=True, related_name="+", help_text="as the agent confirmed"
    )
    caller_name = models.CharField(max_length=150, blank=True, help_text="as the caller gave it")
    disposition = models.CharField(max_length=20, choices=Disposition, blank=True)
    notes = models.TextField(blank=True)
    wrapped_at = models.DateTimeField(null=True, help_text="when the agent had finished writing")
    seen_at = models.DateTimeField(null=True, help_text="when somebody took note of a missed call")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "call_id"], name="hotline_call_once"),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(answered_at__gte=F("started_at")), name="hotline_answered_after_start"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None)
                | Q(answered_at=None, ended_at__gte=F("started_at"))
                | Q(ended_at__gte=F("answered_at")),
                name="hotline_ended_after_answer",
            ),
            models.CheckConstraint(
                condition=Q(state="ringing", answered_at=None, ended_at=None)
                | Q(state="answered", answered_at__isnull=False, ended_at=None)
                | Q(state="ended", answered_at__isnull=False, ended_at__isnull=False)
                | Q(state="missed", answered_at=None, ended_at__isnull=False),
                name="hotline_state_fits",
            ),
        ]
        indexes = [
            models.Index(fields=["line", "-started_at", "-id"], name="hotline_call_started"),
            models.Index(fields=["line", "state"], name="hotline_call_open", condition=Q(ended_at=None)),
            models.Index(fields=["number", "-started_at"], name="hotline_call_number", condition=~Q(number="")),
            models.Index(fields=["agent", "-started_at"], name="hotline_call_agent"),
            models.Index(
                fields=["line", "-started_at", "-id"],
                name="hotline_call_unseen",
                condition=Q(state="missed", direction="in", seen_at=None),
            ),
            models.Index(fields=["agent"], name="hotline_call_talking", condition=Q(state="answered")),
            models.Index(
                fields=["agent", "-ended_at"], name="hotline_call_unwritten", condition=Q(state="ended", wrapped_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"

    @property
    def open(self) -> bool:
        return self.ended_at is None

    @property
    def email(self) -> str:
        """A telephone tells none; what is written may (`Conversation.email`)."""
        return ""


class Leg(models.Model):
    """A telephone that was rung for a call. A call that is not aimed rings everybody who is ready."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="legs")
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    rang_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    handed_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False, help_text="a warm transfer")
    note = models.CharField(max_length=500, blank=True, help_text="what the one who hands over says")
    notes = models.TextField(blank=True, db_default="", help_text="of an agent who has handed the call over")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "agent"], name="hotline_leg_once")]

    def __str__(self) -> str:
        return f"agent {self.agent_id} of call {self.call_id}"


class Recording(models.Model):
    """The voice of a call. Played only through an action that leaves a trace; deleted on its day."""

    call = models.OneToOneField(Call, models.CASCADE, related_name="recording")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    prompted = models.BooleanField(default=False, help_text="the caller was told, as the exchange says")
    received_at = models.DateTimeField()
    keep_until = models.DateField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["keep_until"], name="hotline_recording_until", condition=Q(deleted_at=None))]
        constraints = [
            models.CheckConstraint(
                condition=Q(deleted_at=None, file__isnull=False) | Q(deleted_at__isnull=False, file=None),
                name="hotline_recording_kept_or_deleted",
            )
        ]

    def __str__(self) -> str:
        return f"recording of call {self.call_id}"
