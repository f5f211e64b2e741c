"""Messages as they were rendered for one receiver over one channel."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.messaging.threads import Thread


class Message(models.Model):
    class Channel(models.TextChoices):
        NOTICE = "notice", _("Trên hệ thống")
        EMAIL = "email", _("Thư điện tử")
        SMS = "sms", _("Tin nhắn SMS")

    class Status(models.TextChoices):
        QUEUED = "queued", _("Chờ gửi")
        SENT = "sent", _("Đã gửi")
        FAILED = "failed", _("Không gửi được")

    person = models.ForeignKey("directory.Person", models.CASCADE, null=True, blank=True, related_name="messages")
    address = models.CharField(_("Địa chỉ nhận"), max_length=254, blank=True)
    channel = models.CharField(_("Kênh"), max_length=10, choices=Channel)
    template = models.CharField(_("Mẫu"), max_length=80)
    language = models.CharField(_("Ngôn ngữ"), max_length=2)
    subject = models.CharField(_("Tiêu đề"), max_length=250)
    body = models.TextField(_("Nội dung"))
    link = models.CharField(_("Đường dẫn"), max_length=500, blank=True)
    about = models.CharField(_("Về việc"), max_length=80, blank=True)
    reply_to = models.CharField(max_length=254, blank=True, db_default="", help_text="where an e-mail is answered to")
    in_reply_to = models.CharField(max_length=250, blank=True, db_default="", help_text="Message-ID of the e-mail it answers")
    personal = models.BooleanField(default=False, db_default=False, help_text="somebody wrote it: no automatic mail")
    status = models.CharField(_("Trạng thái"), max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("Số lần gửi"), default=0)
    error = models.CharField(_("Lỗi"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("Lập lúc"), db_default=Now(), editable=False)
    sent_at = models.DateTimeField(_("Gửi lúc"), null=True, blank=True)
    read_at = models.DateTimeField(_("Đọc lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("Thông báo")
        constraints = [
            models.CheckConstraint(condition=~Q(channel="notice") | Q(person__isnull=False), name="message_notice_has_person"),
            models.CheckConstraint(condition=Q(channel="notice") | ~Q(address=""), name="message_has_address"),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="message_notices", condition=Q(channel="notice")),
            models.Index(fields=["person"], name="message_unread", condition=Q(channel="notice", read_at__isnull=True)),
            models.Index(fields=["about", "id"], name="message_about", condition=~Q(about="")),
            models.Index(fields=["id"], name="message_failed", condition=Q(status="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.channel}"

    @property
    def thread(self) -> Thread:
        return Thread(self.reply_to, self.in_reply_to, self.personal)
