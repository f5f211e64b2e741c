"""Accounts, API tokens and the small tables that guard them."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username__iexact=username)


class Account(AbstractBaseUser):
    """A way to sign in. The one who acts is its person; a business account says for whom that person acts."""

    class Kind(models.TextChoices):
        CITIZEN = "citizen", _("Công dân")
        BUSINESS = "business", _("Doanh nghiệp")
        STAFF = "staff", _("Cán bộ, công chức")

    class Assurance(models.TextChoices):
        """How sure the province is that the account belongs to the person it names."""

        DECLARED = "declared", _("Tự khai báo")
        VERIFIED = "verified", _("Đã xác minh")

    username = models.CharField(_("Tên đăng nhập"), max_length=150)
    email = models.EmailField(_("Thư điện tử"), blank=True)
    kind = models.CharField(_("Loại tài khoản"), max_length=10, choices=Kind)
    person = models.ForeignKey("directory.Person", models.PROTECT, related_name="accounts", verbose_name=_("Người"))
    business = models.ForeignKey(
        "directory.Business", models.PROTECT, related_name="accounts", null=True, blank=True, verbose_name=_("Doanh nghiệp")
    )
    assurance = models.CharField(_("Mức xác minh"), max_length=10, choices=Assurance, default=Assurance.DECLARED)
    declared_number = models.CharField(_("Số định danh hoặc mã số thuế tự khai"), max_length=14, blank=True)
    declared_name = models.CharField(_("Tên doanh nghiệp tự khai"), max_length=300, blank=True)
    language = models.CharField(_("Ngôn ngữ"), max_length=2, default="vi")
    is_active = models.BooleanField(_("Đang dùng"), default=True)
    created_at = models.DateTimeField(_("Lập lúc"), db_default=Now(), editable=False)

    objects = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email", "kind"]

    class Meta:
        verbose_name = _("Tài khoản")
        constraints = [
            models.UniqueConstraint(Lower("username"), name="account_username"),
            models.UniqueConstraint(Lower("email"), name="account_email", condition=~Q(email="")),
            # one who signs in by e-mail signs in by their own
            models.CheckConstraint(
                condition=~Q(username__contains="@") | Q(username__iexact=models.F("email")), name="account_username_is_own_email"
            ),
            models.CheckConstraint(
                # a business account gets its business when somebody has checked that it speaks for it
                condition=Q(kind="business", business__isnull=False)
                | Q(kind="business", assurance="declared")
                | (~Q(kind="business") & Q(business__isnull=True)),
                name="account_business",
            ),
            models.UniqueConstraint(fields=["person", "kind", "business"], name="account_person", nulls_distinct=False),
        ]
        indexes = [models.Index(fields=["declared_number"], name="account_declared", condition=~Q(declared_number=""))]

    def __str__(self) -> str:
        return self.username


class ApiToken(models.Model):
    """A key for programs. Only its digest is kept; the prefix lets its owner tell tokens apart."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="tokens")
    name = models.CharField(_("Tên"), max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=80), verbose_name=_("Phạm vi"))
    expires_at = models.DateTimeField(_("Hết hạn"))
    revoked_at = models.DateTimeField(_("Thu hồi lúc"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("Dùng lần cuối"), null=True, blank=True)
    created_at = models.DateTimeField(_("Lập lúc"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("Mã truy cập API")

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"


class Throttle(models.Model):
    """How often something guarded was tried in the running window. The key is a digest: no name or address is kept."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    window_ends = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.count}"


class SampleAccount(models.Model):
    """An account of the sample data, which anybody may try. A production database has no row here."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="sample")
    title = models.CharField(max_length=200)
    agency = models.CharField(max_length=200, blank=True)
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.title
