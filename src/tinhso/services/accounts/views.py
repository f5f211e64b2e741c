"""Signing in and out, registering, getting back in, my account, and verification at the counter."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.directory.queries import persons_posts
from tinhso.blocks.identity.actions import (
    choose_language,
    issue_token,
    note_sign_in,
    note_sign_out,
    revoke_token,
    set_password,
    verify_business,
    verify_citizen,
)
from tinhso.blocks.identity.credentials import check_credentials
from tinhso.blocks.identity.guards import PersonRequest, VisitorRequest, safe_next, signed_in, staff_only
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.policy import grants
from tinhso.blocks.identity.queries import declared_accounts, tokens_of
from tinhso.blocks.identity.sessions import enter, home_of, remember_language, room_of
from tinhso.blocks.identity.throttle import client_address
from tinhso.kernel.errors import DomainError, Invalid, NotFound, WrongState
from tinhso.kernel.permissions import require
from tinhso.services.accounts.actions import challenges
from tinhso.services.accounts.fields import read_registration
from tinhso.services.accounts.forms import (
    AccountForm,
    BusinessForm,
    ChangePasswordForm,
    CitizenForm,
    CodeForm,
    ForgottenForm,
    NewPasswordForm,
    SignInForm,
    TokenForm,
)
from tinhso.services.accounts.models import Challenge

_CHALLENGE = "challenge"  # of the session: the key of the challenge being met

# ---------------------------------------------------------------------------------------------------------- in and out


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: VisitorRequest) -> HttpResponse:
    next_page = safe_next(request.POST.get("next") or request.GET.get("next"), default="")
    if request.method != "POST":
        if request.account:
            return redirect(next_page or home_of(request.account))
        return _sign_in_page(request, SignInForm(), next_page)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form, next_page, status=422)
    said = form.cleaned_data
    try:
        account = check_credentials(said["username"], said["password"], address=client_address(request), at=now())
    except DomainError as refusal:
        form.refuse(refusal)
        return _sign_in_page(request, form, next_page, status=refusal.status)
    note_sign_in(account, by=account.person)
    return enter(request, account, next_page=next_page)


def _sign_in_page(request: HttpRequest, form: SignInForm, next_page: str, *, status: int = 200) -> HttpResponse:
    return render(request, "accounts/sign_in.html", {"form": form, "next_page": next_page}, status=status)


@require_POST
def sign_out(request: VisitorRequest) -> HttpResponse:
    if request.account:
        note_sign_out(request.account, by=request.account.person)
    logout(request)
    messages.success(request, _("Bạn đã đăng xuất."))
    return redirect("/")


# ----------------------------------------------------------------------------------------------------------- register


@sensitive_post_parameters("password")
@never_cache
def register_citizen(request: HttpRequest) -> HttpResponse:
    return _register(request, CitizenForm)


@sensitive_post_parameters("password")
@never_cache
def register_business(request: HttpRequest) -> HttpResponse:
    return _register(request, BusinessForm)


def _register(request: HttpRequest, form_class: type[CitizenForm]) -> HttpResponse:
    form = form_class(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            registration = read_registration(
                kind=form.kind,
                full_name=said["full_name"],
                number=said["number"],
                contact_text=said["contact"],
                business_name=said.get("business_name", ""),
                today=localdate(),
            )
            challenge = challenges.begin_registration(
                registration,
                said["password"],
                language=get_language() or settings.LANGUAGE_CODE,
                network=client_address(request),
                at=now(),
            )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            request.session[_CHALLENGE] = challenge.key
            return redirect("accounts:confirm")
    context = {"form": form, "business": form.kind == Account.Kind.BUSINESS}
    return render(request, "accounts/register.html", context, status=422 if form.errors else 200)


@never_cache
def confirm(request: HttpRequest) -> HttpResponse:
    """The code from the message opens the account."""
    challenge = _challenge(request, Challenge.Purpose.REGISTER)
    if challenge is None:
        return redirect("accounts:register")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            account = challenges.confirm_registration(challenge.key, form.cleaned_data["code"], at=now())
        except WrongState as refusal:
            messages.error(request, str(refusal))
            return redirect("accounts:register")
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            note_sign_in(account, by=account.person)
            messages.success(request, _("Đã lập tài khoản. Bạn đang đăng nhập."))
            return enter(request, account, next_page="/tai-khoan/")
    return _code_page(request, form, challenge)


# -------------------------------------------------------------------------------------------------- forgotten password


@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            challenge = challenges.begin_reset(
                form.cleaned_data["username"],
                language=get_language() or settings.LANGUAGE_CODE,
                network=client_address(request),
                at=now(),
            )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            request.session[_CHALLENGE] = challenge.key
            return redirect("accounts:new_password")
    return render(request, "accounts/forgotten.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters("password")
@never_cache
def new_password(request: HttpRequest) -> HttpResponse:
    challenge = _challenge(request, Challenge.Purpose.RESET)
    if challenge is None:
        return redirect("accounts:forgotten")
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            challenges.confirm_reset(challenge.key, said["code"], said["password"], at=now())
        except WrongState as refusal:
            messages.error(request, str(refusal))
            return redirect("accounts:forgotten")
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            request.session.pop(_CHALLENGE, None)
            messages.success(request, _("Đã đổi mật khẩu. Hãy đăng nhập bằng mật khẩu mới."))
            return redirect("accounts:login")
    return _code_page(request, form, challenge)


def _challenge(request: HttpRequest, purpose: Challenge.Purpose) -> Challenge | None:
    key = request.session.get(_CHALLENGE, "")
    return Challenge.objects.filter(key=key, purpose=purpose, expires_at__gt=now()).first()


def _code_page(request: HttpRequest, form: AccountForm, challenge: Challenge) -> HttpResponse:
    context = {
        "form": form,
        "resetting": challenge.purpose == Challenge.Purpose.RESET,
        # a reset must not show where the account's owner gets mail
        "address": "" if challenge.purpose == Challenge.Purpose.RESET else challenge.address,
        "sample_code": challenges.sample_code(challenge),
    }
    return render(request, "accounts/code.html", context, status=422 if form.errors else 200)


# ---------------------------------------------------------------------------------------------------------- my account


@require_safe
@never_cache
@signed_in
def profile(request: PersonRequest) -> HttpResponse:
    return _profile_page(request, ChangePasswordForm())


def _profile_page(request: PersonRequest, password_form: ChangePasswordForm, *, status: int = 200) -> HttpResponse:
    account = request.account
    context = {
        "account": account,
        "room": room_of(account),
        "posts": persons_posts(request.person, localdate()) if account.kind == Account.Kind.STAFF else [],
        "password_form": password_form,
        "has_password": account.has_usable_password(),
        "languages": settings.LANGUAGES,
    }
    return render(request, "accounts/profile.html", context, status=status)


@sensitive_post_parameters()
@require_POST
@signed_in
def change_password(request: PersonRequest) -> HttpResponse:
    form = ChangePasswordForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            # the same count as signing in: an unattended screen is no place to guess
            check_credentials(request.account.username, said["current"], address=client_address(request), at=now())
        except Invalid:
            form.add_error("current", _("Mật khẩu đang dùng chưa đúng."))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            try:
                account = set_password(request.account, said["password"], by=request.person)
            except Invalid as refusal:
                form.refuse(refusal)
            else:
                update_session_auth_hash(request, account)
                messages.success(request, _("Đã đổi mật khẩu. Các thiết bị khác phải đăng nhập lại."))
                return redirect("accounts:profile")
    return _profile_page(request, form, status=422)


@require_POST
@signed_in
def change_language(request: PersonRequest) -> HttpResponse:
    """The language of pages on this device and of messages everywhere."""
    account = choose_language(request.account, request.POST.get("language", ""), by=request.person)
    response = redirect("accounts:profile")
    remember_language(response, account.language)
    return response


# ------------------------------------------------------------------------------------------------------------- tokens


@never_cache
@staff_only
def tokens(request: PersonRequest) -> HttpResponse:
    form = TokenForm(request.POST if request.method == "POST" else None, permissions=grants(request.person).permissions)
    secret = ""
    if form.is_valid():
        said = form.cleaned_data
        try:
            _token, secret = issue_token(
                request.account,
                name=said["name"],
                scopes=said["scopes"],
                valid_for=timedelta(days=said["days"]),
                by=request.person,
            )
        except Invalid as refusal:
            form.refuse(refusal)
    context = {
        "form": form,
        "secret": secret,
        "tokens": tokens_of(request.account),
        "at": now(),
        "room": room_of(request.account),
    }
    return render(request, "accounts/tokens.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def revoke(request: PersonRequest, token_id: int) -> HttpResponse:
    token = tokens_of(request.account).select_related("account").filter(pk=token_id).first()
    if token is None:
        raise NotFound(_("Không có mã truy cập này."))
    revoke_token(token, by=request.person)
    messages.success(request, _("Đã thu hồi mã truy cập."))
    return redirect("accounts:tokens")


# ------------------------------------------------------------------------------------------------------- verification


@require_safe
@never_cache
@staff_only
def verify(request: PersonRequest) -> HttpResponse:
    """Find the accounts that declare the number on the card in the clerk's hand."""
    require(request.person, "identity.verify")
    number = "".join(letter for letter in request.GET.get("so", "") if letter.isdigit() or letter == "-")
    found = declared_accounts(number) if number else []
    return render(request, "accounts/verify.html", {"number": number, "found": found})


@require_POST
@staff_only
def verify_account(request: PersonRequest, account_id: int) -> HttpResponse:
    number = request.POST.get("number", "")
    account = next((one for one in declared_accounts(number) if one.pk == account_id), None)
    agency = grants(request.person).agencies_for("identity.verify").order_by("path").first()
    if account is None or agency is None:
        raise NotFound(_("Không có tài khoản nào chờ xác minh với số này."))
    check = verify_business if account.kind == Account.Kind.BUSINESS else verify_citizen
    check(account, number, at=agency, by=request.person)
    messages.success(request, _("Đã xác minh tài khoản của %(name)s.") % {"name": account.person.full_name})
    return redirect("accounts:verify")
