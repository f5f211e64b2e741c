"""What the pages ask. What the answers mean is judged by `fields` and the actions; their messages come back to these fields."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Person, Tenure
from tinhso.blocks.identity.models import Account
from tinhso.kernel.errors import DomainError


class AccountForm(forms.Form):
    """A form whose errors come from the domain. A field left empty is named in its message, which also stands in the summary."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                label = str(field.label)
                field.error_messages["required"] = gettext("Hãy nhập %(label)s") % {"label": label[:1].lower() + label[1:]}

    def refuse(self, error: DomainError) -> None:
        """Show a refusal beside the fields it names, else above the form."""
        for name, message in error.fields.items():
            self.add_error(name if name in self.fields else None, str(message))
        if not error.fields:
            self.add_error(None, str(error))

    @property
    def summary(self) -> list[tuple[str, str]]:
        """(id of the control, message) of every error, for the summary above the form."""
        general = [("", str(message)) for message in self.non_field_errors()]
        return general + [(field.id_for_label, str(message)) for field in self for message in field.errors]


def _password(label: str | Promise, *, new: bool, **options: object) -> forms.CharField:
    completion = "new-password" if new else "current-password"
    widget = forms.PasswordInput(attrs={"autocomplete": completion})
    return forms.CharField(label=label, widget=widget, strip=False, max_length=200, **options)  # type: ignore[arg-type]


class SignInForm(AccountForm):
    username = forms.CharField(
        label=_("Tên đăng nhập"),
        help_text=_("Công dân, doanh nghiệp: số điện thoại hoặc thư điện tử đã đăng ký."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = _password(_("Mật khẩu"), new=False)


_NEW_PASSWORD_HINT = _("Ít nhất 10 ký tự. Một câu ngắn dễ nhớ tốt hơn một từ khó.")


class CitizenForm(AccountForm):
    kind = Account.Kind.CITIZEN
    full_name = forms.CharField(
        label=_("Họ, chữ đệm và tên"),
        help_text=_("Viết như trên thẻ căn cước, có dấu."),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    number = forms.CharField(
        label=_("Số định danh cá nhân"),
        help_text=_("12 chữ số trên thẻ căn cước."),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-medium"}),
    )
    contact = forms.CharField(
        label=_("Số điện thoại di động hoặc thư điện tử"),
        help_text=_("Chúng tôi gửi mã xác nhận đến đây. Bạn cũng đăng nhập bằng địa chỉ này."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email tel", "autocapitalize": "none"}),
    )
    password = _password(_("Mật khẩu"), new=True, help_text=_NEW_PASSWORD_HINT)


class BusinessForm(CitizenForm):
    kind = Account.Kind.BUSINESS
    business_name = forms.CharField(
        label=_("Tên doanh nghiệp"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    number = forms.CharField(
        label=_("Mã số thuế"),
        help_text=_("10 chữ số; chi nhánh thêm 3 chữ số."),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-medium"}),
    )
    full_name = forms.CharField(
        label=_("Họ và tên người đại diện"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ("business_name", "number", "full_name", "contact", "password")


class CodeForm(AccountForm):
    code = forms.CharField(
        label=_("Mã xác nhận"),
        help_text=_("6 chữ số trong tin chúng tôi vừa gửi."),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "w-short"}),
    )


class ForgottenForm(AccountForm):
    username = forms.CharField(
        label=_("Tên đăng nhập, số điện thoại hoặc thư điện tử"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )


class NewPasswordForm(CodeForm):
    password = _password(_("Mật khẩu mới"), new=True, help_text=_NEW_PASSWORD_HINT)


class ChangePasswordForm(AccountForm):
    current = _password(_("Mật khẩu đang dùng"), new=False)
    password = _password(_("Mật khẩu mới"), new=True, help_text=_NEW_PASSWORD_HINT)


class TokenForm(AccountForm):
    name = forms.CharField(
        label=_("Dùng vào việc gì"), max_length=100, error_messages={"required": _("Hãy ghi mã này dùng vào việc gì.")}
    )
    days = forms.IntegerField(
        label=_("Dùng trong bao nhiêu ngày"),
        min_value=1,
        max_value=366,
        initial=90,
        widget=forms.NumberInput(attrs={"class": "w-short"}),
        error_messages={"required": _("Hãy ghi số ngày, từ 1 đến 366.")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("Được làm gì"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Hãy chọn ít nhất một quyền trong danh sách.")},
    )

    def __init__(self, *args: Any, permissions: frozenset[str], **options: Any) -> None:
        super().__init__(*args, **options)
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        scopes.choices = [(permission, permission) for permission in sorted(permissions)]


def _day(label: str | Promise) -> forms.DateField:
    return forms.DateField(
        label=label,  # type: ignore[arg-type]
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Ví dụ: 30/11/2026"),
        error_messages={"invalid": _("Hãy ghi ngày như 30/11/2026.")},
    )


class AbsenceForm(AccountForm):
    kind = forms.ChoiceField(
        label=_("Giao việc"),
        choices=[
            ("away", _("Làm thay: người giữ vị trí vắng mặt")),
            ("beside", _("Làm cùng: người giữ vị trí vẫn làm việc, giao bớt trong những ngày này")),
        ],
        initial="away",
    )
    tenure = forms.TypedChoiceField(label=_("Người giữ vị trí"), error_messages={"required": _("Hãy chọn người giữ vị trí.")})
    substitute = forms.TypedChoiceField(label=_("Người được giao"), error_messages={"required": _("Hãy chọn người được giao.")})
    first_day = _day(_("Từ ngày"))
    last_day = _day(_("Đến hết ngày"))

    def __init__(self, *args: Any, tenures: Sequence[Tenure], colleagues: Sequence[Tenure], mine: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        self._offer("tenure", {str(tenure.pk): (tenure, _words(tenure)) for tenure in tenures})
        self._offer("substitute", {str(tenure.person_id): (tenure.person, _words(tenure)) for tenure in colleagues})
        own = [tenure.pk for tenure in tenures if tenure.person_id == mine.pk]
        self.fields["tenure"].initial = str(own[0]) if own else ""

    def _offer(self, name: str, offered: dict[str, tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", "—"), *((key, words) for key, (_thing, words) in offered.items())]
        field.coerce = lambda key: offered[key][0]


def _words(tenure: Tenure) -> str:
    return f"{tenure.person.full_name} – {tenure.post.title}, {tenure.post.agency.short_name}"
