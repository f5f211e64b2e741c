"""Which portal is spoken to, and how: the operator's settings, checked."""

from dataclasses import dataclass, field

from django.conf import settings

DEMO_PATH = "tich-hop/cong-quoc-gia/mau"


@dataclass(frozen=True)
class Options:
    """How to reach the portal. `citizen`, `business`: their LoaiDoiTuong, which installations number differently."""

    adapter: str
    url: str
    auth_path: str
    service_path: str
    username: str
    password: str = field(repr=False)
    unit: str
    destination: str
    citizen: str
    business: str
    timeout: float
    send_files: bool

    @property
    def demo(self) -> bool:
        return self.adapter == "demo"


class Misconfigured(ValueError):
    """The settings name no portal that can be spoken to; the text names the variable."""


def switched_on() -> bool:
    return str(settings.NATIONAL_PORTAL["adapter"]) != "off"


def options() -> Options | None:
    """The settings; None when the exchange is off.

    Raises:
        Misconfigured: they cannot work.
    """
    given = settings.NATIONAL_PORTAL
    adapter = str(given["adapter"])
    if adapter == "off":
        return None
    demo = adapter == "demo"
    if not demo and not adapter.startswith(("https://", "http://")):
        raise Misconfigured("TINHSO_NATIONAL_PORTAL: demo, off or https://…")
    subjects = dict(pair.split(":", 1) for pair in str(given["subjects"]).split(",") if ":" in pair)
    if not {"citizen", "business"} <= subjects.keys():
        raise Misconfigured("TINHSO_NATIONAL_PORTAL_SUBJECTS: citizen:1,business:2")
    if not demo and not (given["username"] and given["password"] and given["unit"]):
        raise Misconfigured("TINHSO_NATIONAL_PORTAL_USER, TINHSO_NATIONAL_PORTAL_UNIT, TINHSO_SECRET_NATIONAL_PORTAL")
    return Options(
        adapter=adapter,
        url=f"{settings.PUBLIC_URL}/{DEMO_PATH}" if demo else adapter.rstrip("/"),
        auth_path="/phien/" if demo else str(given["auth_path"]),
        service_path="/dich-vu/" if demo else str(given["service_path"]),
        username="mau" if demo else str(given["username"]),
        password="mau" if demo else str(given["password"]),
        unit=str(given["unit"] or "H20"),
        destination=str(given["destination"]),
        citizen=subjects["citizen"],
        business=subjects["business"],
        timeout=float(str(given["timeout"])),
        send_files=bool(given["files"]),
    )
