"""Particulars of an applicant at the counter."""

from collections.abc import Callable

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.identity_numbers import check_identity_number, normal_phone
from tinhso.kernel.errors import Invalid


class ApplicantForm(forms.Form):
    """Who hands the case in."""

    name = forms.CharField(label=_("Họ và tên người nộp"), max_length=150)
    identity_number = forms.CharField(label=_("Số định danh cá nhân"), max_length=20, required=False)
    phone = forms.CharField(label=_("Số điện thoại"), max_length=20, required=False)
    email = forms.EmailField(label=_("Thư điện tử"), required=False)
    address = forms.CharField(label=_("Nơi ở hiện tại"), max_length=300, required=False)

    def clean_identity_number(self) -> str:
        given = self.cleaned_data["identity_number"]
        return _checked(lambda: check_identity_number(given, today=localdate())) if given else ""

    def clean_phone(self) -> str:
        return _checked(lambda: normal_phone(self.cleaned_data["phone"]))


def _checked(check: Callable[[], str]) -> str:
    try:
        return check()
    except Invalid as error:
        raise forms.ValidationError(str(error)) from error
