"""What the public search asks for."""

from datetime import date

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _


class UnitSearchForm(forms.Form):
    """A name or a code, and the day on which it is meant."""

    q = forms.CharField(
        label=_("Tên hoặc mã đơn vị"), max_length=100, required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    ngay = forms.DateField(
        label=_("Vào ngày"),
        required=False,
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Để trống là hôm nay. Ví dụ: 30/06/2025"),
        error_messages={"invalid": _("Hãy ghi ngày như 30/06/2025.")},
    )

    @property
    def day(self) -> date:
        """The day asked for; today when none, or none that can be read."""
        asked: date | None = self.cleaned_data.get("ngay") if self.is_valid() or self.is_bound else None
        return asked or localdate()

    def summary(self) -> list[tuple[str, str]]:
        """For the error summary: (id of the control, message)."""
        return [(self[name].id_for_label, str(message)) for name, messages in self.errors.items() for message in messages]
