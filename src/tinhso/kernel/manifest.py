"""Service manifests, discovered by convention: a package under `blocks/` or `services/` with an `apps.py` is an application.

Its AppConfig says what the rest of the house needs to know; nobody lists it a second time.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType

from django.apps import AppConfig, apps
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Role:
    """A staff role a service defines; posts carry role codes. Who stands in for a holder is not given a `personal` role."""

    code: str
    title: Text
    permissions: frozenset[str]
    personal: bool = False


@dataclass(frozen=True)
class MenuItem:
    """An entry of the workspace menu, shown to those who hold `permission` anywhere (to all staff when empty)."""

    title: Text
    url_name: str
    icon: str
    permission: str = ""
    order: int = 100


@dataclass(frozen=True)
class Check:
    """One line of the system-status page and of `tinhso check`.

    state is "ok", "ok: demo" (a declared demo adapter), "not configured" (an optional adapter) or "failed".
    secret: what the command prints after the detail, and the page never shows.
    """

    part: str
    state: str
    detail: str = ""
    advice: str = ""
    secret: str = ""

    @property
    def good(self) -> bool:
        return self.state != "failed"


@dataclass(frozen=True)
class Mount:
    """Addresses below a root that a standard prescribes, apart from those of the application: names are `<namespace>:<name>`."""

    prefix: str
    urls: str
    namespace: str


@dataclass(frozen=True)
class Manifest:
    """What an application offers: `systems` are ids of the table of systems (A1, C3 …), `prefix` where its urls.py hangs,
    `mounts` what hangs elsewhere."""

    title: Text
    systems: tuple[str, ...] = ()
    prefix: str | None = None
    order: int = 100
    roles: tuple[Role, ...] = ()
    menu: tuple[MenuItem, ...] = field(default=())
    mounts: tuple[Mount, ...] = ()


class ServiceConfig(AppConfig):
    """Base of every application of the house."""

    default = False  # an apps.py imports this class beside its own; Django must take the other one
    manifest: Manifest
    default_auto_field = "django.db.models.BigAutoField"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.default = True

    def checks(self) -> list[Check]:
        """Health of the outside systems this application speaks to; each application overrides it where it has any."""
        return []


def discover(*packages: str) -> list[str]:
    """Names of the applications found directly below the given packages, in alphabetical order."""
    found = []
    for package in packages:
        for module in pkgutil.iter_modules(import_module(package).__path__):
            name = f"{package}.{module.name}"
            if module.ispkg and find_spec(f"{name}.apps"):
                found.append(name)
    return sorted(found)


def services() -> Iterator[ServiceConfig]:
    """The installed applications of the house, in menu order."""
    found = [config for config in apps.get_app_configs() if isinstance(config, ServiceConfig)]
    yield from sorted(found, key=lambda config: (config.manifest.order, config.label))


@cache
def roles() -> Mapping[str, Role]:
    """Every role by code. Several applications may speak of one role: its powers add up, its title is the first one's, and it is
    personal when one of them says so."""
    found: dict[str, Role] = {}
    for config in services():
        for role in config.manifest.roles:
            known = found.get(role.code, role)
            powers = known.permissions | role.permissions
            found[role.code] = replace(known, permissions=powers, personal=known.personal or role.personal)
    return MappingProxyType(found)
