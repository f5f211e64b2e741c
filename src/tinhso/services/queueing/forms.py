"""What the head of an office enters."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.queries import catalogue
from tinhso.services.queueing.models import Device, Line

_TICK = {"class": "form-check-input"}


class LineForm(forms.Form):
    """A kind of service."""

    letter = forms.CharField(label=_("Chữ"), max_length=1)
    title = forms.CharField(label=_("Tên loại dịch vụ"), max_length=100)
    purpose = forms.ChoiceField(label=_("Để"), choices=Line.Purpose.choices)
    fields_served = forms.MultipleChoiceField(
        label=_("Lĩnh vực thủ tục"), required=False, widget=forms.CheckboxSelectMultiple(attrs=_TICK)
    )
    minutes = forms.IntegerField(
        label=_("Mỗi lượt khoảng (phút)"),
        min_value=1,
        max_value=240,
        initial=10,
        help_text=_("Dùng để ước tính giờ chờ khi trong ngày chưa đủ lượt."),
    )
    active = forms.BooleanField(label=_("Đang nhận khách"), required=False, initial=True, widget=forms.CheckboxInput(attrs=_TICK))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        known = dict(catalogue().values_list("field_code", "field"))
        self.fields["fields_served"].choices = sorted(known.items(), key=lambda item: item[1])  # type: ignore[attr-defined]


class DeviceForm(forms.Form):
    """A kiosk or a screen."""

    kind = forms.ChoiceField(label=_("Loại thiết bị"), choices=Device.Kind.choices)
    name = forms.CharField(label=_("Tên, chỗ đặt"), max_length=100)
