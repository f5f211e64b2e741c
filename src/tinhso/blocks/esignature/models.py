"""Certificates of persons and agencies, and the signatures made with them."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class CertificateState(models.TextChoices):
    ACTIVE = "active", _("Đang hiệu lực")
    REVOKED = "revoked", _("Đã thu hồi")
    EXPIRED = "expired", _("Hết hạn")


class Certificate(models.Model):
    """A certificate whose key this installation can use through a key adapter (`keys.py`)."""

    person = models.ForeignKey("directory.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="certificates")
    agency = models.ForeignKey("directory.Agency", null=True, blank=True, on_delete=models.PROTECT, related_name="certificates")
    serial = models.CharField(max_length=64, unique=True, help_text="hexadecimal")
    subject = models.CharField(max_length=400)
    issuer = models.CharField(max_length=400)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    pem = models.TextField()
    adapter = models.CharField(max_length=20, default="soft")
    key_reference = models.CharField(max_length=200)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, agency__isnull=True)
                | models.Q(person__isnull=True, agency__isnull=False),
                name="esignature_one_owner",
            )
        ]

    def __str__(self) -> str:
        return self.subject

    def state_at(self, moment: datetime) -> CertificateState:
        """Whether the certificate could be used at `moment`."""
        if self.revoked_at and self.revoked_at <= moment:
            return CertificateState.REVOKED
        if not self.not_before <= moment <= self.not_after:
            return CertificateState.EXPIRED
        return CertificateState.ACTIVE


class SignatureRole(models.TextChoices):
    PERSON = "person", _("Người ký")
    AGENCY = "agency", _("Cơ quan, tổ chức")


class SignatureRecord(models.Model):
    """One signature put on a paper. `signer_name` and `authority` are as printed, since posts and names change later."""

    paper = models.ForeignKey("papers.Paper", on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=10, choices=SignatureRole)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="signatures")
    post = models.ForeignKey("directory.Post", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    signer_name = models.CharField(max_length=200)
    authority = models.CharField(max_length=200, blank=True)
    field_name = models.CharField(max_length=60)
    level = models.CharField(max_length=10)
    reason = models.CharField(max_length=300, blank=True)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "field_name"], name="esignature_field_once"),
            models.UniqueConstraint(fields=["paper", "role"], name="esignature_role_once"),
        ]
        ordering = ["signed_at", "pk"]

    def __str__(self) -> str:
        return f"{self.signer_name} · {self.paper_id}"
