"""What people write to the desk: the web form, e-mail and chat are one kind of conversation."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Conversation(models.Model):
    """One matter somebody writes about. `waiting_since` says since when the other side waits for an answer.

    The contact has the names a call gives it (`number`, `caller_name`, `person`), so that the desk treats both alike.
    """

    class Channel(models.TextChoices):
        WEB = "web", _("Biểu mẫu trên mạng")
        EMAIL = "email", _("Thư điện tử")
        CHAT = "chat", _("Trò chuyện")

    class State(models.TextChoices):
        WAITING = "waiting", _("Chờ nhận")
        ASSIGNED = "assigned", _("Chờ trả lời")
        ANSWERED = "answered", _("Đã trả lời")
        CLOSED = "closed", _("Đã đóng")

    line = models.ForeignKey("hotline.Line", models.PROTECT, related_name="conversations", db_index=False)
    code = models.CharField(max_length=12, unique=True, help_text="the sender's key to the page; shown to nobody else")
    channel = models.CharField(max_length=5, choices=Channel)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    language = models.CharField(max_length=2, default="vi", help_text="in which the sender is written to")
    subject = models.CharField(max_length=200, blank=True)
    caller_name = models.CharField(max_length=150, blank=True, help_text="as the sender gave it")
    number = models.CharField(max_length=40, blank=True, help_text="E.164, as the sender gave it: nobody has proved it")
    email = models.EmailField(blank=True, help_text="in small letters")
    person = models.ForeignKey(
        "directory.Person", models.SET_NULL, null=True, related_name="+", help_text="signed in, or as the agent confirmed"
    )
    agent = models.ForeignKey("hotline.Agent", models.PROTECT, null=True, related_name="conversations", db_index=False)
    disposition = models.CharField(max_length=20, blank=True, help_text="as of a call")
    began_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="by when an answer was promised; null: while they look on")
    answered_at = models.DateTimeField(null=True, help_text="the first answer")
    late = models.BooleanField(default=False, db_default=False, help_text="an answer came after it was promised")
    last_at = models.DateTimeField(help_text="the latest message")
    closed_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True, help_text="words, files and who wrote were deleted; the row is counted on")
    here_at = models.DateTimeField(null=True, help_text="when the sender's browser was last heard of")
    writing_at = models.DateTimeField(null=True, help_text="when the sender was last seen typing")
    agent_writing_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", agent=None, waiting_since__isnull=False, closed_at=None)
                | Q(state="assigned", agent__isnull=False, waiting_since__isnull=False, closed_at=None)
                | Q(state="answered", waiting_since=None, closed_at=None)
                | Q(state="closed", waiting_since=None, closed_at__isnull=False),
                name="hotline_conversation_state_fits",
            ),
        ]
        indexes = [
            models.Index(fields=["line", "-last_at", "-id"], name="hotline_conversation_last"),
            models.Index(fields=["line", "waiting_since"], name="hotline_conversation_waits", condition=~Q(waiting_since=None)),
            models.Index(fields=["agent", "-last_at"], name="hotline_conversation_agent"),
            models.Index(fields=["state", "last_at"], name="hotline_conversation_quiet", condition=Q(state="answered")),
            models.Index(fields=["line", "began_at"], name="hotline_conversation_began"),
            models.Index(
                fields=["line", "closed_at"],
                name="hotline_conversation_old",
                condition=Q(closed_at__isnull=False, cleared_at=None),
            ),
            models.Index(fields=["number", "-last_at"], name="hotline_conversation_number", condition=~Q(number="")),
            models.Index(fields=["email", "-last_at"], name="hotline_conversation_email", condition=~Q(email="")),
        ]

    def __str__(self) -> str:
        return f"conversation {self.pk}"

    @property
    def open(self) -> bool:
        return self.state != self.State.CLOSED


class ConversationMessage(models.Model):
    """One thing written. Never changed."""

    class Side(models.TextChoices):
        IN = "in", _("Người hỏi")
        OUT = "out", _("Tổng đài")
        NOTE = "note", _("Ghi chú nội bộ")

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages", db_index=False)
    side = models.CharField(max_length=4, choices=Side)
    text = models.TextField()
    quoted = models.TextField(blank=True, db_default="", help_text="of an e-mail, what stands below: the letter it answers")
    author = models.ForeignKey(
        "directory.Person", models.PROTECT, null=True, related_name="+", db_index=False, help_text="of the line; null: by itself"
    )
    written_at = models.DateTimeField()
    key = models.CharField(max_length=64, blank=True, help_text="makes a second press harmless")
    mail_id = models.CharField(max_length=250, blank=True, help_text="RFC 5322 Message-ID of what came by e-mail")
    left_out = models.CharField(max_length=500, blank=True, help_text="attachments that were not taken")
    sent = models.ForeignKey("messaging.Message", models.SET_NULL, null=True, related_name="+", help_text="how it went out")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "key"], condition=~Q(key=""), name="hotline_message_once"),
        ]
        indexes = [
            models.Index(fields=["conversation", "id"], name="hotline_message_thread"),
            models.Index(fields=["mail_id"], name="hotline_message_mail", condition=~Q(mail_id="")),
        ]

    def __str__(self) -> str:
        return f"message {self.pk} of conversation {self.conversation_id}"


class MessageFile(models.Model):
    """A file that came with a message."""

    message = models.ForeignKey(ConversationMessage, models.CASCADE, related_name="files")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"file {self.file_id} of message {self.message_id}"


class Mailbox(models.Model):
    """How far a mailbox has been read. The server's own marks stay as they are."""

    line = models.OneToOneField("hotline.Line", models.CASCADE, related_name="+")
    validity = models.BigIntegerField(default=0, help_text="IMAP UIDVALIDITY: when it changes, numbers begin anew")
    last_uid = models.BigIntegerField(default=0)
    trying_uid = models.BigIntegerField(default=0, db_default=0, help_text="begun; found again, it ended the worker")
    read_at = models.DateTimeField(null=True, help_text="when it was last read to the end")
    error = models.CharField(max_length=100, blank=True, help_text="why it could not be; the kind of fault only")

    def __str__(self) -> str:
        return f"mailbox of line {self.line_id}"


class Letter(models.Model):
    """An e-mail that came, once, and what became of it."""

    class Outcome(models.TextChoices):
        TAKEN = "taken", _("Đã nhận")
        AUTOMATIC = "automatic", _("Thư tự động")
        BOUNCE = "bounce", _("Thư báo không gửi được")
        OWN = "own", _("Thư của chính tổng đài")
        TOO_MANY = "too_many", _("Quá nhiều thư của một người")
        UNREADABLE = "unreadable", _("Không đọc được")

    line = models.ForeignKey("hotline.Line", models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64, help_text="digest of its Message-ID, else of its bytes")
    outcome = models.CharField(max_length=10, choices=Outcome)
    uid = models.CharField(max_length=250, help_text="where it lies in the mailbox")
    message = models.ForeignKey(ConversationMessage, models.SET_NULL, null=True, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "key"], name="hotline_letter_once")]
        indexes = [
            models.Index(
                fields=["received_at"],
                name="hotline_letter_trouble",
                condition=Q(outcome__in=["too_many", "unreadable"]),
            )
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"
