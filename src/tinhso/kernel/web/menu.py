"""The menus of the two rooms. The workspace's follows from the manifests; nobody lists it a second time."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import services
from tinhso.kernel.permissions import Actor, allowed

Text = str | Promise

_PUBLIC: tuple[tuple[Text, str], ...] = (
    (_("Trang chủ"), "/"),
    (_("Thủ tục hành chính"), "/thu-tuc/"),
    (_("Tra cứu hồ sơ"), "/tra-cuu/"),
    (_("Tiến độ giải quyết"), "/tien-do/"),
    (_("Xác thực giấy tờ"), "/xac-thuc/"),
)


@dataclass(frozen=True)
class Entry:
    """A link of a menu; `current` marks the page the person is on or below."""

    title: Text
    url: str
    icon: str = ""
    current: bool = False


def _with_current(entries: list[Entry], path: str) -> list[Entry]:
    """Mark the entry with the longest address that `path` is at or below."""
    here = max((e.url for e in entries if path == e.url or (e.url != "/" and path.startswith(e.url))), key=len, default=None)
    return [Entry(e.title, e.url, e.icon, e.url == here) for e in entries]


def public_menu(path: str) -> list[Entry]:
    return _with_current([Entry(title, url) for title, url in _PUBLIC], path)


def workspace_menu(person: Actor | None, path: str) -> list[Entry]:
    """The entries of all manifests that `person` may use; none for a visitor."""
    if person is None:
        return []
    items = [
        (config.manifest.order, item.order, item)
        for config in services()
        for item in config.manifest.menu
        if allowed(person, item.permission)
    ]
    entries: list[Entry] = []
    for _service, _order, item in sorted(items, key=lambda found: found[:2]):
        try:
            entry = Entry(item.title, reverse(item.url_name), item.icon)
        except NoReverseMatch:  # an application whose addresses are switched off keeps no dead link
            continue
        if entry.url not in {one.url for one in entries}:  # a page that serves two applications stands once
            entries.append(entry)
    return _with_current(entries, path)
