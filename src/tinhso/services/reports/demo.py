"""Sample reports in the sample province: who sees to them, the rules, some dozens of reports in every state."""

import io
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import cycle
from random import Random

from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from tinhso.blocks.cases.actions.routing import approve_routing, draft_routing
from tinhso.blocks.cases.actions.supplement import ask_supplement
from tinhso.blocks.cases.places import Place
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.cases.routing import PLACE, Rule
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.demo import demo_commune_agency
from tinhso.blocks.directory.models import Agency, Person, Tenure, UnitLevel
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.identity.actions import offer_as_sample, open_account
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.queries import SAMPLE_PASSWORD
from tinhso.kernel.errors import DomainError
from tinhso.services.reports.actions.answering import approve_answer, write_answer
from tinhso.services.reports.actions.following import me_too
from tinhso.services.reports.actions.moderating import hide, publish
from tinhso.services.reports.actions.moving import forward, join
from tinhso.services.reports.actions.reporter import rate, reopen
from tinhso.services.reports.actions.sending import send_report
from tinhso.services.reports.actions.templates import keep_template
from tinhso.services.reports.catalogue import install_fields
from tinhso.services.reports.family import APPROVER, DESK, HANDLER, REPORTS
from tinhso.services.reports.models import Report
from tinhso.services.reports.open311.actions import add_key
from tinhso.services.reports.open311.keys import living_key, sample_secret

HOW_MANY = 48
_DUTIES = ((HANDLER, "specialist", "Công chức xử lý phản ánh"), (APPROVER, "signer", "Duyệt trả lời phản ánh"))


@dataclass(frozen=True)
class _Said:
    """A line of `sample_reports.toml`."""

    field: str
    kind: str
    text: str
    answer: str


_DEPARTMENTS = {
    "Sở Công Thương": ("Phan Thị Lệ Thu", "Trịnh Hoàng Nam"),
    "Sở Khoa học và Công nghệ": ("Lưu Gia Bảo", "Đoàn Thị Kim Ngân"),
    "Sở Nông nghiệp và Môi trường": ("Hồ Quốc Việt", "Tạ Thị Hồng Đào"),
    "Sở Văn hóa, Thể thao và Du lịch": ("Kiều Thanh Tùng", "Vương Thị Mỹ Lệ"),
}
_STREETS = ("Ấp Bắc", "Nam Kỳ Khởi Nghĩa", "Lê Lợi", "Đinh Bộ Lĩnh", "Trần Hưng Đạo", "Lý Thường Kiệt", "Nguyễn Trãi")
_TEMPLATES = (
    ("Đã xử lý xong", "{cơ quan} đã kiểm tra thực tế phản ánh {mã} và xử lý xong ngày {hôm nay}. Cảm ơn ông/bà đã phản ánh."),
    ("Đang theo dõi", "{cơ quan} đã nhắc nhở, yêu cầu khắc phục trước ngày … và sẽ kiểm tra lại."),
)
_STATES = (
    "new", "drafted", "answered", "rated", "asked", "hidden", "answered", "public", "reopened", "answered", "forwarded", "public",
)  # fmt: skip


def load(report: Callable[[str], None]) -> None:
    """Set up who sees to reports and play some through. Does nothing where there are reports."""
    report(_("Phản ánh mẫu"))
    install_fields()
    if not living_key(sample_secret()):
        add_key("Khóa mẫu của bản thử", by=None, text=sample_secret())
    if all_cases(REPORTS).exists():
        return
    commune = demo_commune_agency()
    root = commune
    while root.parent:
        root = root.parent
    desk = _people(root)
    _rules(root, desk)
    for title, text in _TEMPLATES:
        keep_template(title, text, by=None)
    _play(commune, desk)


def _people(root: Agency) -> Person:
    """Those who do such work besides their own: specialists handle, signers approve; a desk at the province."""
    since, today = root.unit.known_from, localdate()
    staffed = Agency.objects.filter(pk__in=Tenure.objects.values("post__agency"), kind="committee", level=UnitLevel.COMMUNE)
    for agency in staffed:
        for role, of, title in (
            (HANDLER, "specialist", "Công chức xử lý phản ánh"),
            (APPROVER, "signer", "Duyệt trả lời phản ánh"),
        ):
            post = create_post(agency, title, roles=[role], order=90, by=None)
            for person in holders(agency, of, today)[:2]:
                appoint(person, post, valid_from=since, by=None)
    for name, (handler, approver) in _DEPARTMENTS.items():
        if department := Agency.objects.filter(parent=root, short_name=name).first():
            for who, (role, _of, title) in zip((handler, approver), _DUTIES, strict=True):
                post = create_post(department, title, roles=[role], order=90, by=None)
                appoint(register_person(who, by=None), post, valid_from=since, by=None)
    post = create_post(root, "Điều phối phản ánh", roles=[DESK, HANDLER], order=90, by=None)
    desk = register_person("Nguyễn Thị Bích Phượng", by=None)
    appoint(desk, post, valid_from=since, by=None)
    password = make_password(SAMPLE_PASSWORD)
    account = open_account(kind=Account.Kind.STAFF, person=desk, username="dieuphoi", password_hash=password, by=None)
    offer_as_sample(account, title=f"Điều phối phản ánh: {desk.full_name}", agency=root.short_name, order=90)
    return desk


def _rules(root: Agency, desk: Person) -> None:
    codes = {agency.short_name: f"code:{agency.code}" for agency in Agency.objects.filter(parent=root).exclude(code=None)}
    wished = (
        ('case.field == "PA-TTTT"', codes.get("Sở Khoa học và Công nghệ")),
        ('case.field == "PA-CT"', codes.get("Sở Công Thương")),
        ('case.kind == "sand"', codes.get("Sở Nông nghiệp và Môi trường")),
        ('case.kind in ["heritage", "tourism"]', codes.get("Sở Văn hóa, Thể thao và Du lịch")),
        ("place.commune != null", PLACE),
    )
    begin = now() - timedelta(days=60)
    rules = [Rule(condition, target) for condition, target in wished if target]
    draft = draft_routing(REPORTS, rules, fallback=root, by=desk, note="Quy tắc ban đầu", at=begin)
    approve_routing(draft, REPORTS, by=None, at=begin)


def _play(commune: Agency, desk: Person) -> None:
    chance = Random(10_22)  # noqa: S311 - sample data
    citizens = cycle(Person.objects.filter(accounts__kind="citizen").order_by("pk"))
    places = list(
        Agency.objects.filter(kind="committee", level=UnitLevel.COMMUNE, pk__in=Tenure.objects.values("post__agency"))
        .exclude(unit__centre=None)
        .select_related("unit")
        .order_by("pk")
    )
    pictures = cycle(_pictures())
    data = (files("tinhso.services.reports") / "sample_reports.toml").read_text(encoding="utf-8")
    lines = [_Said(**line) for line in tomllib.loads(data)["said"]]
    for number in range(HOW_MANY):
        said = lines[number % len(lines)]
        near = commune if number % 2 == 0 and commune.unit.centre else chance.choice(places or [commune])
        at = now() - timedelta(hours=5 + number * 11)
        place = Place(None, f"Số {chance.randint(1, 200)} đường {chance.choice(_STREETS)}", None, near.unit.code)
        if near.unit.centre:
            point = (near.unit.centre.x + chance.uniform(-0.012, 0.012), near.unit.centre.y + chance.uniform(-0.012, 0.012))
            place = Place(point, place.address, chance.choice((8, 15, 30, None)), "")
        by = next(citizens) if number % 4 else None
        phone = "" if by else f"0900{700_000 + number:06}"
        photos = [next(pictures)] if number % 3 else []
        case = send_report(said.field, {"kind": said.kind}, place=place, text=said.text, files=photos, phone=phone, by=by, at=at)
        sent = Report.objects.select_related("case__agency", "case__applicant", "case__procedure").get(pk=case.pk)
        _carry_on(sent, _STATES[number % len(_STATES)], said, desk=desk, at=at)
    _joined(desk)


def _carry_on(sent: Report, state: str, said: _Said, *, desk: Person, at: datetime) -> None:
    """As far as the story goes; where the agency has nobody, the report stays new there."""
    later = _later(at)
    if state == "new":
        return
    if state == "hidden":
        hide(sent, by=desk, why="Nêu tên và số nhà của một gia đình")
        return
    publish(
        sent,
        by=desk,
        text=said.text,
        where=sent.case.place.address,
        photos=[photo.pk for photo in sent.photos.all()],
        at=next(later),
    )
    today = localdate()
    handler = next(iter(holders(sent.case.agency, HANDLER, today)), None)
    approver = next(iter(holders(sent.case.agency, APPROVER, today)), None)
    if state == "public" or handler is None or approver is None:
        return
    try:
        if state == "forwarded":
            forward(sent, by=handler, reason="Tuyến đường do tỉnh quản lý.", at=next(later))
            return
        if state == "asked":
            ask_supplement(sent.case, by=handler, content="Ông/bà cho biết rõ hơn vị trí?", at=next(later))
            return
        write_answer(sent, by=handler, text=said.answer, at=next(later))
        if state == "drafted":
            return
        approve_answer(sent, by=approver, at=next(later))
        if state == "rated":
            rate(sent, by=sent.case.applicant, stars=5, comment="Xử lý nhanh.", at=next(later))
        if state == "reopened":
            reopen(sent, by=sent.case.applicant, why="Hôm nay lại hư như cũ.", at=next(later))
    except DomainError:  # the step went to somebody else at once; the story ends here
        return


def _later(at: datetime) -> Iterator[datetime]:
    moment = at
    while True:
        moment = min(moment + timedelta(minutes=95), now())
        yield moment


def _joined(desk: Person) -> None:
    """Somebody who reported what another had, and some whom it concerns too."""
    open_ones = list(
        Report.objects.select_related("case__agency", "case__procedure", "case__place__unit")
        .filter(case__ended_at=None, shown="public")
        .order_by("case")[:3]
    )
    for person in Person.objects.filter(accounts__kind="citizen").order_by("pk")[:3]:
        for one in open_ones:
            me_too(one, person=person)
    if open_ones:
        first = open_ones[0]
        there = first.case.place
        point = (there.point.x, there.point.y) if there.point else None
        where = Place(point, there.address, None, there.unit.code if there.unit else "")
        said, phone = "Chỗ này tôi cũng gặp, đề nghị xử lý sớm.", "0900799999"
        case = send_report(first.case.procedure.code, {"kind": first.kind}, place=where, text=said, phone=phone)
        join(Report.objects.select_related("case__agency").get(pk=case.pk), first, by=desk)


def _pictures() -> Sequence[StoredFile]:
    """Three drawn pictures; photographs of people and places are nobody's to give away."""
    drawn = []
    for number, (sky, ground) in enumerate((("#bcd7e6", "#6f6a62"), ("#d9e4ec", "#5c6b57"), ("#f0dcc0", "#7a6f66"))):
        image = Image.new("RGB", (960, 720), sky)
        pen = ImageDraw.Draw(image)
        pen.rectangle((0, 420, 960, 720), fill=ground)
        pen.polygon([(420, 420), (540, 420), (860, 720), (100, 720)], fill="#4b4b4b")
        pen.ellipse((360, 540, 620, 640), fill="#26221f")
        pen.rectangle((80 + 60 * number, 260, 240 + 60 * number, 430), fill="#c9a36a")
        pen.text((24, 24), "ANH MAU", fill="#222222")
        out = io.BytesIO()
        image.save(out, "JPEG", quality=80)
        drawn.append(store_photo(SimpleUploadedFile(f"mau-{number + 1}.jpg", out.getvalue(), "image/jpeg"), by=None))
    return drawn
