"""A sample line 1022: four at the telephones, what they know, a day's calls, two who wrote."""

import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib.resources import files

from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from tinhso.blocks.cases.places import Place
from tinhso.blocks.directory.demo import demo_commune_agency
from tinhso.blocks.directory.models import Agency, AgencyKind, Person
from tinhso.blocks.directory.queries import tenures_on
from tinhso.services.hotline.actions.agents import add_agent, set_state
from tinhso.services.hotline.actions.answering import answer
from tinhso.services.hotline.actions.conversations import Channel, Contact, Written, begin
from tinhso.services.hotline.actions.desk import write_down
from tinhso.services.hotline.actions.knowledge import approve, still_right, write_article
from tinhso.services.hotline.actions.setup import set_line
from tinhso.services.hotline.actions.telephony import hear
from tinhso.services.hotline.actions.tickets import make_ticket
from tinhso.services.hotline.models import Agent, Call, Disposition, Line
from tinhso.services.hotline.numbers import e164
from tinhso.services.hotline.telephony import ANSWER, HANGUP, NEW_CALL, Event

NUMBER, SECRET = "1022", "tong-dai-mau"  # a secret address everybody knows: the sample only
_OVERDUE = 3
# minutes ago, who calls (place among the citizens; None: withheld), seconds until answered (None: missed), talked, how, notes
_DAY = (
    (300, 0, 9, 145, Disposition.ANSWERED, "Hỏi giấy tờ đăng ký khai sinh; đã đọc bài trong kho tri thức."),
    (274, 1, 14, 210, Disposition.ANSWERED, "Hỏi lệ phí chứng thực 12 trang."),
    (251, None, 8, 20, Disposition.SILENT, "Không có tiếng, hỏi ba lần."),
    (229, 2, None, 35, "", ""),
    (205, 3, 26, 320, Disposition.ANSWERED, "Xin giấy xác nhận tình trạng hôn nhân, đã ở hai tỉnh; giải thích việc xác minh."),
    (180, 4, 11, 95, Disposition.WRONG_NUMBER, ""),
    (152, 0, 7, 185, Disposition.ANSWERED, "Gọi lại hỏi mấy giờ bộ phận một cửa mở cửa buổi chiều."),
    (121, 5, None, 12, "", ""),
    (96, 6, 18, 260, Disposition.ANSWERED, "Hồ sơ xin phép xây nhà quá hẹn hai ngày; đã tra mã, giải thích."),
    (63, 7, 5, 75, Disposition.ANSWERED, "Hỏi đặt lịch hẹn cho mẹ 71 tuổi."),
)


def load(report: Callable[[str], None]) -> None:
    """Set up the sample line. Does nothing where it is there already."""
    report(_("Tổng đài mẫu"))
    root = demo_commune_agency().path
    assert root  # noqa: S101 - every agency of the sample has one
    centre = Agency.objects.get(parent_id=int(root.split(".")[0]), kind=AgencyKind.SERVICE_CENTRE)
    if Line.objects.filter(number=NUMBER).exists():
        return
    prompt = "Cuộc gọi được ghi âm để nâng cao chất lượng phục vụ."
    line, _secret = set_line(
        centre, NUMBER, by=None, title="Tổng đài 1022 tỉnh", adapter=Line.Adapter.DEMO, prompt=prompt, token=SECRET
    )
    held = tenures_on(localdate()).filter(post__agency=centre).select_related("post", "person").order_by("post__order", "pk")
    leads = [tenure.person for tenure in held if "hotline_lead" in tenure.post.roles]
    people = [tenure.person for tenure in held if "hotline_agent" in tenure.post.roles]
    agents = [add_agent(line, person, str(201 + place), by=None) for place, person in enumerate([*people, *leads])]
    _write_articles(centre, author=people[0], approver=leads[0])
    _play_day(line, agents[: len(people)])
    _write_to(line, agents[0])


def _write_articles(agency: Agency, *, author: Person, approver: Person) -> None:
    source = files("tinhso.services.hotline") / "data" / "articles.toml"
    rows = tomllib.loads(source.read_text(encoding="utf-8"))["article"]
    for place, row in enumerate(rows):
        article = approve(write_article(agency, by=author, **row), by=approver)
        if place < _OVERDUE:  # a few wait to be read again
            still_right(article, by=approver, review_on=localdate() - timedelta(days=5 + place))


def _play_day(line: Line, agents: list[Agent]) -> None:
    """Ten calls of this morning; two were missed and wait to be called back."""
    phones = list(
        Person.objects.filter(tenures=None, businesses=None).exclude(phone="").order_by("pk").values_list("phone", flat=True)
    )
    start = now()
    for agent in agents:
        set_state(agent, "ready", by=agent.person, at=start - timedelta(minutes=310))
    for place, (minutes, who, waited, talked, how, notes) in enumerate(_DAY):
        number = e164(phones[who]) if who is not None else ""
        agent, at = agents[place % len(agents)], start - timedelta(minutes=minutes)
        _play(line, agent, f"mau-{place:02}", number, at, waited=waited, talked=talked, how=how, notes=notes)
    _ask_the_commune(Call.objects.select_related("agent__person").get(line=line, call_id="mau-08"))
    for agent in agents:
        set_state(agent, "", by=agent.person)


def _write_to(line: Line, agent: Agent) -> None:
    """A question by form that waits, and an e-mail that was answered."""
    start = now()
    asks = Written("Tôi đi làm giờ hành chính, nộp hồ sơ khai sinh cho con ngoài giờ hoặc trên mạng được không?")
    begin(line, Channel.WEB, asks, Contact("Nguyễn Thị Hoa", number=e164("0900000090")), at=start - timedelta(minutes=40))
    asks = Written("Xin hỏi lệ phí chứng thực bản sao 12 trang là bao nhiêu?")
    tam = Contact("Trần Văn Tám", email="tam@example.org")
    mail = begin(line, Channel.EMAIL, asks, tam, subject="Hỏi lệ phí chứng thực", at=start - timedelta(minutes=190))
    told = "Trang thứ nhất và thứ hai 2.000 đồng mỗi trang, từ trang thứ ba 1.000 đồng mỗi trang: 12 trang là 14.000 đồng."
    answer(mail, told, by=agent.person, at=start - timedelta(minutes=150))


def _ask_the_commune(call: Call) -> None:
    """The call about a late building permit: the sample's commune has to answer."""
    assert call.agent  # noqa: S101 - it was answered
    make_ticket(
        call,
        "TD-YC.late",
        by=call.agent.person,
        place=Place(commune=demo_commune_agency().unit.code),
        text="Hồ sơ xin phép xây nhà quá hẹn hai ngày, chưa nhận được thông báo nào. Người dân xin biết ngày trả.",
    )


def _play(
    line: Line, agent: Agent, call_id: str, number: str, at: datetime, *, waited: int | None, talked: int, how: str, notes: str
) -> None:
    hear(line, Event(NEW_CALL, call_id, "in", number, queue=line.number), at=at)
    answered = at + timedelta(seconds=waited or 0)
    if waited is not None:
        hear(line, Event(ANSWER, call_id, "in", number, (agent.extension,)), at=answered)
    ended = answered + timedelta(seconds=talked)
    call = hear(line, Event(HANGUP, call_id, "in", number, cause="normalClearing"), at=ended)
    if waited is not None:
        write_down(call, by=agent.person, notes=notes, disposition=how, finish=True, at=ended + timedelta(seconds=40))
