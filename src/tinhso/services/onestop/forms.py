"""What members of staff enter besides the forms of procedures."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.identity_numbers import check_identity_number, normal_phone
from tinhso.kernel.errors import DomainError, Invalid

_WRITTEN = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"]


class CheckedField(forms.CharField):
    """A text that is also held to a rule of the directory."""

    def __init__(self, check: Callable[[str], str], **more: Any) -> None:
        super().__init__(**more)
        self._check = check

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return self._check(text) if text else ""
        except Invalid as error:
            raise forms.ValidationError(str(error)) from error


class ApplicantForm(forms.Form):
    """Who hands the case in."""

    name = forms.CharField(label=_("Họ và tên người nộp"), max_length=150)
    identity_number = CheckedField(
        lambda text: check_identity_number(text, today=localdate()),
        label=_("Số định danh cá nhân"),
        max_length=20,
        required=False,
    )
    phone = CheckedField(normal_phone, label=_("Số điện thoại"), max_length=20, required=False)
    email = forms.EmailField(label=_("Thư điện tử"), required=False)
    address = forms.CharField(label=_("Nơi ở hiện tại"), max_length=300, required=False)

    @classmethod
    def particulars(cls, given: Mapping[str, str]) -> dict[str, str]:
        """What a program gives, held to the same rules, without a form to be drawn.

        Raises:
            Invalid: some are wrong; `fields` names them as "applicant.<name>".
        """
        wrong: dict[str, object] = {}
        found = {}
        for name, field in cls.base_fields.items():
            try:
                found[name] = field.clean(given.get(name))
            except forms.ValidationError as error:
                wrong[f"applicant.{name}"] = " ".join(error.messages)
        if wrong:
            raise Invalid("the applicant's particulars are wrong", fields=wrong)
        return found


class OfficeForm(forms.Form):
    """A form whose rules are those of an action: the action's refusals go to their fields."""

    use_required_attribute = True

    def take(self, refusal: DomainError) -> None:
        """Show what the action refused, beside the field where it has one."""
        for name, message in (refusal.fields or {"": refusal}).items():
            self.add_error(name if name in self.fields else None, str(message))

    @property
    def summary(self) -> list[tuple[str, str]]:
        """For the error summary: the control's id and what is wrong."""
        return [
            (self[name].id_for_label if name in self.fields else "", str(text))
            for name, found in self.errors.items()
            for text in found
        ]


def _text(label: Any, rows: int, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=4000, widget=forms.Textarea({"rows": rows}))


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    wrong = _("Hãy ghi ngày như 02/12/2026.")
    widget = forms.DateInput({"inputmode": "numeric", "autocomplete": "off"}, format="%d/%m/%Y")
    messages = {"required": wrong, "invalid": wrong}
    return forms.DateField(label=label, required=required, input_formats=_WRITTEN, widget=widget, error_messages=messages)


class QuestionForm(OfficeForm):
    """A question to another agency."""

    to = forms.ChoiceField(label=_("Ai trả lời"))
    question = _text(_("Điều cần hỏi"), 4)
    due = _day(_("Cần trả lời trước hết ngày"), required=False)
    holds_up = forms.BooleanField(label=_("Bước này chờ trả lời rồi mới làm xong được"), required=False)

    def __init__(self, *args: Any, recipients: Iterable[tuple[str, Any]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["to"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101
        choice.choices = list(recipients)


class AnswerForm(OfficeForm):
    """The answer of the agency that was asked."""

    answer = _text(_("Ý kiến"), 6)
    document = forms.CharField(
        label=_("Số, ngày văn bản trả lời"), help_text=_("Ví dụ: 125/SXD-QLXD ngày 02/12/2026"), required=False, max_length=200
    )


class MessageForm(OfficeForm):
    """A paper that a process waits for and that has come."""

    number = forms.CharField(label=_("Số, ký hiệu văn bản"), max_length=100)
    dated = _day(_("Ngày văn bản"))
    note = _text(_("Nội dung cần nhớ"), 2, required=False)


class ReturnForm(OfficeForm):
    """Back to an earlier step."""

    to = forms.ChoiceField(label=_("Chuyển về bước"), widget=forms.RadioSelect)
    reason = _text(_("Lý do"), 3)

    def __init__(self, *args: Any, steps: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["to"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101
        choice.choices = list(steps)
