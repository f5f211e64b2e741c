"""What is wrong with an answer, said so that a person knows what to do."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from tinhso.blocks.forms.engine.schema import Field, Widget, localized
from tinhso.blocks.forms.engine.values import grouped, show_number

_CHOOSE = frozenset({Widget.RADIO, Widget.SELECT, Widget.SEX, Widget.YES_NO, Widget.CHECKBOXES, Widget.UNIT})


def in_sentence(label: str) -> str:
    """The label as it stands inside a sentence: "Họ và tên" → "họ và tên", "CCCD của cha" unchanged."""
    return label[:1].lower() + label[1:] if label[1:2] == label[1:2].lower() else label


def own_message(field: Field, keyword: str) -> str:
    """The author's sentence for a keyword, from `x-messages`."""
    messages = field.schema.get("x-messages") or {}
    english = field.schema.get("x-messages_en") or {}
    return localized({"m": messages.get(keyword), "m_en": english.get(keyword)}, "m")


def missing_message(field: Field) -> str:
    label = in_sentence(field.title)
    if field.title.endswith("?"):
        return _("Hãy trả lời câu “%(label)s”") % {"label": field.title}
    if field.widget is Widget.CHECKBOX:
        return _("Hãy đánh dấu vào ô “%(label)s”") % {"label": field.title}
    if field.widget is Widget.FILE:
        return _("Hãy đính kèm %(label)s") % {"label": label}
    if field.widget is Widget.LIST:
        return _("Hãy thêm %(label)s") % {"label": in_sentence(field.item_title)}
    if field.widget in _CHOOSE:
        return _("Hãy chọn %(label)s") % {"label": label}
    return _("Hãy nhập %(label)s") % {"label": label}


def message_for(field: Field, keyword: str, details: Mapping[str, Any], value: Any) -> str:  # noqa: PLR0911, PLR0912
    """One sentence for a JSON Schema keyword that does not hold.

    Args:
        details: the keyword's own values, as `jsonschema_rs` names them (`limit`, `expected_value` …).
    """
    own = own_message(field, keyword)
    if own:
        return own
    words = {"label": field.title, "limit": _limit(details.get("limit"))}
    match keyword:
        case "required":
            return missing_message(field)
        case "minItems" if not value:
            return missing_message(field)
        case "minItems":
            return _("%(label)s: cần ít nhất %(limit)s") % words
        case "maxItems":
            return _("%(label)s: nhiều nhất là %(limit)s") % words
        case "uniqueItems":
            return _("%(label)s: có mục bị trùng") % words
        case "minLength":
            return _("%(label)s phải có ít nhất %(limit)s ký tự") % words
        case "maxLength":
            return _("%(label)s dài quá %(limit)s ký tự") % words
        case "minimum":
            return _("%(label)s phải từ %(limit)s trở lên") % words
        case "maximum":
            return _("%(label)s không được quá %(limit)s") % words
        case "exclusiveMinimum":
            return _("%(label)s phải lớn hơn %(limit)s") % words
        case "exclusiveMaximum":
            return _("%(label)s phải nhỏ hơn %(limit)s") % words
        case "multipleOf":
            return _("%(label)s phải là bội số của %(multiple)s") % {**words, "multiple": _limit(details.get("multiple_of"))}
        case "format" if details.get("format") == "email" or field.widget is Widget.EMAIL:
            return _("%(label)s phải có dạng ten@vidu.vn") % words
        case "type" if field.widget is Widget.INTEGER:
            return _("%(label)s phải là số nguyên, ví dụ 3") % words
        case "type" if field.widget is Widget.MONEY:
            return _("%(label)s phải là số tiền bằng đồng, ví dụ 1.250.000") % words
        case "type" if field.widget is Widget.NUMBER:
            return _("%(label)s phải là số, ví dụ 3,5") % words
        case "enum" | "oneOf" | "anyOf" | "const" if field.widget in _CHOOSE:
            return _("Hãy chọn một trong các lựa chọn của mục “%(label)s”") % words
        case "const" if field.widget is Widget.CHECKBOX:
            return missing_message(field)
        case "pattern":
            return _("%(label)s chưa đúng dạng yêu cầu") % words
        case _:
            return _("Hãy kiểm tra lại mục “%(label)s”") % words


def _limit(value: Any) -> str:
    if isinstance(value, int):
        return grouped(value)
    return show_number(value) if isinstance(value, float) else str(value)
