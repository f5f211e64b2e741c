"""What a program hands in: the form of POST requests, read with distrust."""

import re
from collections.abc import Iterator
from math import isfinite
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _

from tinhso.blocks.cases.places import Place
from tinhso.blocks.forms.engine.parse import option_text
from tinhso.blocks.forms.engine.schema import Field as Question
from tinhso.blocks.forms.engine.schema import Widget
from tinhso.services.reports.open311.errors import missing, wrong
from tinhso.services.reports.queries import Kind

_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]+)\](?:\[\d*\])?", re.ASCII)
_LONGEST = 2000
_MOST_ATTRIBUTES = 100


def place_of(post: QueryDict) -> Place:
    """lat and long, address_string, address_id (a commune's code): one of them, or several together.

    Raises:
        Refused: none of them, half of a point, or no number.
    """
    lat, long = _degrees(post, "lat"), _degrees(post, "long")
    if (lat is None) != (long is None):
        raise missing("long" if long is None else "lat")
    address, commune = post.get("address_string", "").strip(), post.get("address_id", "").strip()
    if lat is None and not address and not commune:
        raise missing("lat, long, address_string, address_id")
    point = None if lat is None or long is None else (long, lat)
    return Place(point, address, commune=commune[:20])


def _degrees(post: QueryDict, name: str) -> float | None:
    text = post.get(name, "").strip()
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not (isfinite(number) and abs(number) <= 180):
        raise wrong(name, _("phải là độ thập phân theo WGS 84, ví dụ 10.36"))
    return number


def words_of(post: QueryDict, kind: Kind) -> str:
    """The description, which Open311 does not ask for."""
    return post.get("description", "").strip() or kind.label


def picture_of(post: QueryDict) -> str:
    """The address of a picture; empty: none. It is fetched later, if at all.

    Raises:
        Refused: no address of the web.
    """
    media = post.get("media_url", "").strip()
    if media and not re.fullmatch(r"https?://[^\s<>\"']{4,990}", media, re.IGNORECASE):
        raise wrong("media_url", _("phải là địa chỉ http hoặc https"))
    return media


def name_of(post: QueryDict) -> str:
    return " ".join(f"{post.get('last_name', '')} {post.get('first_name', '')}".split())


def media_of(files: Any) -> Iterator[UploadedFile]:
    """Pictures sent along, as several clients do: parts `media`, `media[]`, `media[0]` …"""
    for name in files:
        if name == "media" or name.startswith("media["):
            yield from files.getlist(name)


def answers_of(post: QueryDict, asked: list[Question]) -> dict[str, Any]:
    """`attribute[CODE]` and `attribute[CODE][]` as answers of the form, which checks them.

    Raises:
        Refused: an attribute the service does not have.
    """
    known = {question.key: question for question in asked}
    given: dict[str, list[str]] = {}
    for name in post:
        if found := _ATTRIBUTE.fullmatch(name):
            given.setdefault(found[1], []).extend(text.strip() for text in post.getlist(name))
    if strange := [code for code in given if code not in known]:
        raise wrong(f"attribute[{strange[0][:40]}]", _("dịch vụ này không có thuộc tính đó"))
    return {code: _value(known[code], texts[:_MOST_ATTRIBUTES]) for code, texts in given.items() if any(texts)}


def _value(question: Question, texts: list[str]) -> Any:
    if question.multiple:
        return [_choice(question, text) for text in texts if text]
    text = texts[0]
    match question.widget:
        case Widget.INTEGER | Widget.MONEY:
            return int(text) if re.fullmatch(r"[+-]?\d{1,15}", text, re.ASCII) else text
        case Widget.NUMBER:
            return float(text) if re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,15})?", text, re.ASCII) else text
        case Widget.DATE:
            return text[:10]
        case Widget.CHECKBOX:
            return text == "true"
    return _choice(question, text)


def _choice(question: Question, text: str) -> Any:
    return next((option.value for option in question.options if option_text(option.value) == text), text)


def text_of(text: str, name: str) -> str:
    """A part of the address.

    Raises:
        Refused: it has a NUL, which no table can hold.
    """
    if "\0" in text:
        raise wrong(name, _("có ký tự không dùng được"))
    return text


def checked(values: QueryDict) -> QueryDict:
    """
    Raises:
        Refused: a text without end, or with NUL.
    """
    for name, texts in values.lists():
        if any("\0" in text or "\0" in name for text in texts):
            raise wrong(name.replace("\0", "")[:40], _("có ký tự không dùng được"))
        if name != "description" and any(len(text) > _LONGEST for text in texts):
            raise wrong(name[:40], _("quá dài"))
    return values
