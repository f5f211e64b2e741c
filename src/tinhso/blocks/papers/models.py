"""Papers issued by agencies. A paper's facts are frozen when it is issued, its bytes when it is first rendered."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """Every kind of paper, with the title printed on it. The only list of kinds."""

    RECEIPT = "receipt", _("Giấy tiếp nhận hồ sơ và hẹn trả kết quả")
    SUPPLEMENT = "supplement", _("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ")
    REFUSAL = "refusal", _("Phiếu từ chối tiếp nhận giải quyết hồ sơ")
    APOLOGY = "apology", _("Phiếu xin lỗi và hẹn lại ngày trả kết quả")
    STOP = "stop", _("Thông báo dừng giải quyết hồ sơ")
    CERTIFICATE = "certificate", _("Giấy chứng nhận, giấy xác nhận, trích lục")
    DECISION = "decision", _("Quyết định")
    LETTER = "letter", _("Công văn")
    NOTICE = "notice", pgettext_lazy("paper", "Thông báo")


class Paper(models.Model):
    """One issued paper.

    `context` holds everything the template prints. `template` is a whole page, or the body of one (a procedure's own result),
    which is then set into the common layout. `holder` is the name of the person or business the paper is about; the public
    sees at most its initials. `signature_place` says where the signature goes on the rendered page:
    {"page": 0, "box": [x1, y1, x2, y2]} in points from the lower left corner; null when the paper has no place for one.
    """

    kind = models.CharField(max_length=20, choices=Kind)
    number = models.CharField(max_length=60, blank=True, help_text="number and symbol, e.g. 05/QĐ-UBND")
    title = models.CharField(max_length=500)
    verification_code = models.CharField(max_length=20, unique=True)
    template = models.CharField(max_length=200)
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    holder = models.CharField(max_length=300, blank=True)
    issued_by_agency = models.ForeignKey("directory.Agency", on_delete=models.PROTECT, related_name="papers")
    issued_at = models.DateTimeField()
    file = models.ForeignKey("files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    signature_place = models.JSONField(null=True, blank=True)
    signed_file = models.ForeignKey("files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["issued_by_agency", "-issued_at"], name="papers_by_agency")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(file__isnull=True, sha256="") | models.Q(file__isnull=False) & ~models.Q(sha256=""),
                name="papers_hash_with_file",
            ),
            models.CheckConstraint(
                condition=models.Q(signed_file__isnull=True, signed_at__isnull=True)
                | models.Q(signed_file__isnull=False, signed_at__isnull=False, file__isnull=False),
                name="papers_signed_with_time",
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.title
