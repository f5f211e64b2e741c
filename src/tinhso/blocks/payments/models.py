"""Invoices, attempts to pay them, and the accounts into which agencies collect. Money is integer đồng."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Invoice(models.Model):
    """What somebody owes an agency. `lines` is [{"text", "quantity", "unit_price", "amount"}]; `amount` is their sum."""

    class Status(models.TextChoices):
        UNPAID = "unpaid", _("Chưa thanh toán")
        PAID = "paid", _("Đã thanh toán")
        CANCELLED = "cancelled", _("Đã hủy")
        REFUNDED = "refunded", _("Đã hoàn tiền")

    class Method(models.TextChoices):
        NONE = "", "–"
        FREE = "free", _("Miễn phí")
        CASH = "cash", _("Tiền mặt")
        ONLINE = "online", _("Trực tuyến")
        TRANSFER = "transfer", _("Chuyển khoản")

    class RefundReason(models.TextChoices):
        NONE = "", "–"
        REFUSED = "refused", _("Hồ sơ không được tiếp nhận")
        WITHDRAWN = "withdrawn", _("Hồ sơ được rút trước khi giải quyết")
        STOPPED = "stopped", _("Hồ sơ dừng xử lý trước khi giải quyết")

    code = models.CharField(_("Mã hóa đơn"), max_length=20)
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="invoices", verbose_name=_("Cơ quan thu"))
    title = models.CharField(_("Nội dung thu"), max_length=300)
    about = models.CharField(_("Về việc"), max_length=80, blank=True)
    payer = models.ForeignKey(
        "directory.Person", models.PROTECT, related_name="invoices", null=True, blank=True, verbose_name=_("Người nộp")
    )
    lines = models.JSONField(_("Các khoản"))
    amount = models.BigIntegerField(_("Số tiền"))
    status = models.CharField(_("Trạng thái"), max_length=10, choices=Status, default=Status.UNPAID)
    method = models.CharField(_("Hình thức"), max_length=10, choices=Method, blank=True)
    paid_at = models.DateTimeField(_("Thanh toán lúc"), null=True, blank=True)
    receipt_number = models.CharField(_("Số biên lai"), max_length=40, blank=True)
    refund_reason = models.CharField(
        _("Lý do hoàn tiền"), max_length=20, choices=RefundReason, blank=True, default="", db_default=""
    )
    refund_due_since = models.DateTimeField(_("Phải hoàn từ"), null=True, blank=True)
    created_at = models.DateTimeField(_("Lập lúc"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("Hóa đơn")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="payments_invoice_code_key"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="invoice_amount"),
            models.CheckConstraint(
                condition=Q(status__in=["paid", "refunded"], paid_at__isnull=False) & ~Q(method="")
                | Q(status__in=["unpaid", "cancelled"], paid_at__isnull=True, method="", receipt_number=""),
                name="invoice_paid_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["unpaid", "cancelled"]) | Q(method="free") | ~Q(receipt_number=""),
                name="invoice_paid_has_receipt",
            ),
            models.CheckConstraint(
                condition=Q(refund_reason="", refund_due_since__isnull=True)
                | ~Q(refund_reason="") & Q(status__in=["paid", "refunded"], refund_due_since__isnull=False),
                name="invoice_refund_is_complete",
            ),
            models.UniqueConstraint(fields=["agency", "receipt_number"], name="invoice_receipt", condition=~Q(receipt_number="")),
        ]
        indexes = [
            models.Index(fields=["about"], name="invoice_about", condition=~Q(about="")),
            models.Index(fields=["agency", "-paid_at"], name="invoice_agency_paid", condition=Q(status="paid")),
            models.Index(
                fields=["agency", "refund_due_since"],
                name="invoice_refund_due",
                condition=Q(status="paid") & ~Q(refund_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def refund_due(self) -> bool:
        """Whether what was paid has to be given back and has not been."""
        return self.status == self.Status.PAID and bool(self.refund_reason)

    @property
    def state(self) -> str | Promise:
        """How it stands, in a word or two."""
        return _("Chờ hoàn tiền") if self.refund_due else self.Status(self.status).label


class Payment(models.Model):
    """One attempt to pay an invoice through a gateway. Money that arrived without paying the invoice is due back."""

    class Status(models.TextChoices):
        STARTED = "started", _("Đang chờ")
        SUCCEEDED = "succeeded", _("Thành công")
        FAILED = "failed", _("Không thành công")

    class RefundReason(models.TextChoices):
        NONE = "", "–"
        ALREADY_PAID = "already_paid", _("Hóa đơn đã được thanh toán trước đó")
        CANCELLED = "cancelled", _("Hóa đơn đã hủy")
        WRONG_AMOUNT = "wrong_amount", _("Số tiền nhận không khớp")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="payments")
    gateway = models.CharField(_("Cổng thanh toán"), max_length=30)
    reference = models.CharField(_("Mã giao dịch"), max_length=40, unique=True)
    amount = models.BigIntegerField(_("Số tiền"))
    status = models.CharField(_("Trạng thái"), max_length=10, choices=Status, default=Status.STARTED)
    received = models.BigIntegerField(_("Số tiền nhận"), null=True, blank=True)
    gateway_transaction = models.CharField(_("Mã của cổng"), max_length=80, blank=True)
    return_url = models.CharField(max_length=500)
    started_at = models.DateTimeField(_("Bắt đầu lúc"), db_default=Now(), editable=False)
    finished_at = models.DateTimeField(_("Kết thúc lúc"), null=True, blank=True)
    refund_reason = models.CharField(_("Lý do hoàn tiền"), max_length=20, choices=RefundReason, blank=True)
    refunded_at = models.DateTimeField(_("Hoàn tiền lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("Giao dịch thanh toán")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount"),
            models.CheckConstraint(
                condition=~Q(status="succeeded") | Q(received__isnull=False, finished_at__isnull=False),
                name="payment_succeeded_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(refund_reason__in=["already_paid", "cancelled", "wrong_amount"])
                | ~Q(status="succeeded")
                | Q(received=F("amount")),
                name="payment_amounts_match",
            ),
            # the money that paid the invoice came once
            models.UniqueConstraint(
                fields=["invoice"], name="payment_settles", condition=Q(status="succeeded", refund_reason="")
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="payment_refund_due", condition=~Q(refund_reason="") & Q(refunded_at__isnull=True)),
            models.Index(fields=["started_at"], name="payment_unanswered", condition=Q(status="started")),
        ]

    def __str__(self) -> str:
        return self.reference


class BankAccount(models.Model):
    """Where an agency, and those below it without an account of their own, receive transfers."""

    agency = models.OneToOneField("directory.Agency", models.CASCADE, related_name="bank_account")
    bank_bin = models.CharField(_("Mã ngân hàng (BIN)"), max_length=6)
    bank_name = models.CharField(_("Ngân hàng"), max_length=200)
    number = models.CharField(_("Số tài khoản"), max_length=19)
    holder = models.CharField(_("Chủ tài khoản"), max_length=200)

    class Meta:
        verbose_name = _("Tài khoản thu")
        constraints = [
            models.CheckConstraint(condition=Q(bank_bin__regex=r"^[0-9]{6}$"), name="bank_account_bin"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9A-Za-z]{1,19}$"), name="bank_account_number"),
        ]

    def __str__(self) -> str:
        return f"{self.bank_bin} {self.number}"
