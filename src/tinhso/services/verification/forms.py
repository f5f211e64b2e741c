"""What the public page asks for."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

_MB = 1024 * 1024


class UploadForm(forms.Form):
    """A signed PDF to judge."""

    file = forms.FileField(
        label=_("Tệp PDF đã ký"),
        error_messages={"required": _("Hãy chọn tệp PDF cần kiểm tra."), "empty": _("Tệp trống, không có nội dung.")},
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        limit = {"limit": settings.MAX_UPLOAD_SIZE // _MB}
        self.fields["file"].help_text = _("Tối đa %(limit)d MB. Tệp chỉ được đọc để kiểm tra, không được lưu lại.") % limit

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > settings.MAX_UPLOAD_SIZE:
            limit = {"limit": settings.MAX_UPLOAD_SIZE // _MB}
            raise forms.ValidationError(_("Tệp lớn hơn %(limit)d MB nên không kiểm tra được ở đây."), params=limit)
        return file

    def summary(self) -> list[tuple[str, str]]:
        """For the error summary: (id of the control, message)."""
        return [(self[name].id_for_label, str(message)) for name, messages in self.errors.items() for message in messages]


class CodeForm(forms.Form):
    """A code printed below a QR."""

    CODE_ATTRIBUTES: ClassVar[dict[str, str]] = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}

    code = forms.CharField(
        label=_("Mã xác thực"),
        help_text=_("12 chữ và số in dưới mã QR, ví dụ ACDE-FGHJ-KMNP. Gõ hoa hay thường đều được."),
        max_length=40,
        error_messages={"required": _("Hãy nhập mã xác thực in trên giấy tờ.")},
        widget=forms.TextInput(attrs=CODE_ATTRIBUTES),
    )

    def summary(self) -> list[tuple[str, str]]:
        return [(self["code"].id_for_label, str(message)) for message in self.errors.get("code", [])]
