"""Opening, changing and closing accounts; tokens; the tracks of signing in."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from tinhso.blocks.directory.actions import register_business, update_person
from tinhso.blocks.directory.models import Agency, Business, Person
from tinhso.blocks.identity.models import Account, ApiToken, SampleAccount, Throttle
from tinhso.blocks.identity.queries import sample_loaded
from tinhso.blocks.identity.tokens import new_secret
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tinhso.kernel.manifest import roles
from tinhso.kernel.permissions import require

_TOKEN_USE_NOTED_EVERY = timedelta(hours=1)


@action
def open_account(
    *,
    kind: Account.Kind,
    person: Person,
    username: str,
    by: Person | None,
    password_hash: str = "",
    email: str = "",
    business: Business | None = None,
    assurance: Account.Assurance = Account.Assurance.DECLARED,
    declared_number: str = "",
    declared_name: str = "",
    language: str = "vi",
) -> Account:
    """Open an account for a person. Without `password_hash` (Django's `make_password`) it cannot be opened by password.

    Raises:
        NotAllowed: `by` may not open accounts.
        Invalid: the username or the e-mail address is taken.
    """
    require(by, "identity.manage_accounts")
    account = Account(
        kind=kind,
        person=person,
        username=username.strip(),
        email=email.strip(),
        business=business,
        assurance=assurance,
        declared_number=declared_number,
        declared_name=declared_name,
        language=language,
        password=password_hash,
    )
    if not password_hash:
        account.set_unusable_password()
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        taken = {
            "account_username": {"username": _("Tên đăng nhập này đã có người dùng; hãy chọn tên khác.")},
            "account_email": {"email": _("Địa chỉ thư điện tử này đã dùng cho tài khoản khác.")},
            "account_person": {"username": _("Người này đã có tài khoản loại này.")},
        }
        fields = next((message for name, message in taken.items() if f'"{name}"' in str(error)), None)
        if fields is None:
            raise
        raise Invalid(_("Chưa lập được tài khoản."), fields=fields) from error
    record("identity.account_opened", by=by, on=account, kind=kind, assurance=assurance)
    return account


def check_new_password(password: str, account: Account | None = None) -> None:
    """
    Raises:
        Invalid: the password is too short, too common or too like the account's own data.
    """
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Invalid(_("Hãy chọn mật khẩu khác."), fields={"password": " ".join(error.messages)}) from error


@action
def set_password(account: Account, password: str, *, by: Person | None) -> Account:
    """Give an account a new password; every session but the caller's own then ends.

    Raises:
        NotAllowed: it is neither one's own account nor is one an administrator.
        Invalid: the password is too weak.
    """
    _require_own_or_manager(account, by)
    check_new_password(password, account)
    account = _locked(account)
    account.set_password(password)
    account.save(update_fields=["password"])
    record("identity.password_changed", by=by, on=account)
    return account


@action
def choose_language(account: Account, language: str, *, by: Person | None) -> Account:
    """Write to this account's person, and show pages, in `language` ("vi" or "en")."""
    _require_own_or_manager(account, by)
    if language not in ("vi", "en"):
        raise Invalid(_("Chưa có ngôn ngữ này."), fields={"language": _("Hãy chọn tiếng Việt hoặc tiếng Anh.")})
    account = _locked(account)
    if account.language != language:
        account.language = language
        account.save(update_fields=["language"])
        record("identity.language_chosen", by=by, on=account, language=language)
    return account


@action
def close_account(account: Account, *, by: Person | None) -> Account:
    """Let nobody sign in with this account any more; its sessions and tokens end at once.

    Raises:
        NotAllowed: `by` may not manage accounts.
    """
    require(by, "identity.manage_accounts")
    account = _locked(account)
    if account.is_active:
        account.is_active = False
        account.save(update_fields=["is_active"])
        record("identity.account_closed", by=by, on=account)
    return account


@action
def verify_citizen(account: Account, number: str, *, at: Agency, by: Person) -> Account:
    """Confirm, card in hand, that an account belongs to the person with this number.

    A person whom the agencies already know under this number becomes the account's person; the event names both, so that
    blocks can move what the account did before.

    Raises:
        NotAllowed: `by` may not verify accounts at the agency `at`.
        Invalid: the number is not the one the account declared.
        WrongState: the account is verified already, or the person has one of this kind.
    """
    require(by, "identity.verify", at=at)
    account = _declared(account, number)
    declared = account.person
    known = Person.objects.filter(identity_number=account.declared_number).first()
    if known:
        account.person = known
    else:
        account.person = update_person(declared, identity_number=account.declared_number, by=None)
    return _verified(account, at=at, by=by, declared_person=declared.pk, person=account.person_id)


@action
def verify_business(account: Account, number: str, *, at: Agency, by: Person) -> Account:
    """Confirm, certificate in hand, that an account speaks for the business with this tax code.

    Raises: as `verify_citizen`.
    """
    require(by, "identity.verify", at=at)
    account = _declared(account, number)
    known = Business.objects.filter(tax_code=account.declared_number).first()
    business = known or register_business(account.declared_number, account.declared_name, representative=account.person, by=None)
    account.business = business
    return _verified(account, at=at, by=by, business=business.pk)


def _declared(account: Account, number: str) -> Account:
    account = _locked(account)
    if account.assurance == Account.Assurance.VERIFIED:
        raise WrongState(_("Tài khoản này đã được xác minh."))
    if not account.declared_number or account.declared_number != number.strip():
        raise Invalid(
            _("Số này không khớp với số tài khoản đã khai."), fields={"number": _("Hãy đối chiếu lại với giấy tờ gốc.")}
        )
    return account


def _verified(account: Account, *, at: Agency, by: Person, **facts: object) -> Account:
    account.assurance = Account.Assurance.VERIFIED
    try:
        with transaction.atomic():
            account.save(update_fields=["person", "business", "assurance"])
    except IntegrityError as error:
        raise WrongState(_("Người này đã có tài khoản loại này.")) from error
    record("identity.account_verified", by=by, on=account, agency=at, **facts)
    return account


# ------------------------------------------------------------------------------------------------------------- tracks


@action
def note_sign_in(account: Account, *, by: Person) -> None:
    record("identity.signed_in", by=by, on=account)


@action
def note_refused_sign_in(account: Account) -> None:
    record("identity.sign_in_refused", by=None, on=account)


@action
def note_sign_out(account: Account, *, by: Person) -> None:
    record("identity.signed_out", by=by, on=account)


@action
def forget_old_tries(*, at: datetime) -> int:
    """Drop counts whose window has ended."""
    return Throttle.objects.filter(window_ends__lte=at).delete()[0]


# ------------------------------------------------------------------------------------------------------------- tokens


@action
def issue_token(
    account: Account, *, name: str, scopes: Collection[str], valid_for: timedelta, by: Person, at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A token for programs that act as this staff account, within `scopes` (permissions). The secret is shown this once.

    Raises:
        NotAllowed: it is not one's own account.
        Invalid: no name or scope, a scope that no role has, or more than a year.
    """
    if account.person_id != by.pk or account.kind != Account.Kind.STAFF:
        raise NotAllowed(_("Chỉ lập được mã truy cập cho tài khoản công vụ của chính mình."))
    known = frozenset().union(*(role.permissions for role in roles().values()))
    problems: dict[str, object] = {}
    if not name.strip():
        problems["name"] = _("Hãy ghi mã này dùng vào việc gì.")
    if not scopes or not known.issuperset(scopes):
        problems["scopes"] = _("Hãy chọn ít nhất một quyền trong danh sách.")
    if not timedelta() < valid_for <= timedelta(days=366):
        problems["valid_for"] = _("Mã truy cập dùng được từ 1 ngày đến 1 năm.")
    if problems:
        raise Invalid(_("Chưa lập được mã truy cập."), fields=problems)
    secret = new_secret()
    token = ApiToken.objects.create(
        account=account,
        name=name.strip()[:100],
        prefix=secret.prefix,
        digest=secret.digest,
        scopes=sorted(scopes),
        expires_at=(at or now()) + valid_for,
    )
    record("identity.token_issued", by=by, on=token, scopes=token.scopes)
    return token, secret.text


@action
def revoke_token(token: ApiToken, *, by: Person) -> ApiToken:
    """
    Raises:
        NotFound: the token is somebody else's.
    """
    if token.account.person_id != by.pk:
        raise NotFound(_("Không có mã truy cập này."))
    if token.revoked_at is None:
        token.revoked_at = now()
        token.save(update_fields=["revoked_at"])
        record("identity.token_revoked", by=by, on=token)
    return token


def note_token_use(token: ApiToken, *, at: datetime) -> None:
    """Keep the hour of the last use: a row written on every call would be the busiest of the system."""
    if token.last_used_at is None or at - token.last_used_at >= _TOKEN_USE_NOTED_EVERY:
        _write_token_use(token, at)


@action
def _write_token_use(token: ApiToken, at: datetime) -> None:
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)


# ------------------------------------------------------------------------------------------------------------- sample


@action
def offer_as_sample(account: Account, *, title: str, agency: str = "", order: int) -> SampleAccount:
    """Let anybody try this account without a password. Only the loader of sample data calls this."""
    sample, made = SampleAccount.objects.update_or_create(
        account=account, defaults={"title": title, "agency": agency, "order": order}
    )
    if made:
        record("identity.offered_as_sample", by=None, on=account)
    return sample


@action
def enter_as_sample(username: str, *, leaving: Person | None) -> Account:
    """The sample account to continue as.

    Raises:
        NotFound: no sample data is loaded, or this is no sample account.
    """
    found = Account.objects.select_related("person", "business").filter(
        username__iexact=username, sample__isnull=False, is_active=True
    )
    account = found.first() if sample_loaded() else None
    if account is None:
        raise NotFound(_("Không có tài khoản mẫu này."))
    record("identity.sample_entered", by=account.person, on=account, before=leaving.pk if leaving else None)
    return account


def _locked(account: Account) -> Account:
    return Account.objects.select_for_update(of=("self",)).select_related("person", "business").get(pk=account.pk)


def _require_own_or_manager(account: Account, by: Person | None) -> None:
    if by is None or account.person_id != by.pk:
        require(by, "identity.manage_accounts")
