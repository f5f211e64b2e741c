"""What agents are doing. The exchange moves them between ready, talking and wrap-up; breaks and the end of duty are their own."""

import re
from datetime import datetime, timedelta
from functools import partial
from secrets import token_urlsafe

from django.db.transaction import on_commit
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.permissions import require
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.models import Agent, Call, Line, Spell, State
from tinhso.services.hotline.sip import browser_name, digest, write_phones

LENT = timedelta(minutes=15)
"""How long a browser's password opens the exchange; the desk asks for another in time."""


@action
def add_agent(line: Line, person: Person, extension: str, *, by: Person | None) -> Agent:
    """Let a person answer a line; again: at another extension.

    Raises:
        Invalid: no extension, or a colleague has it.
        NotAllowed: they answer another agency's line, which lets them go first.
    """
    require(by, "hotline.manage", at=line.agency)
    extension = "".join(extension.split())[:40]
    clean = re.fullmatch(r"[0-9A-Za-z._-]*", extension)
    taken = Agent.objects.filter(line=line, extension=extension, active=True).exclude(person=person).exists()
    if not extension or not clean or taken:
        problem = _("Hãy nhập số máy lẻ chưa ai dùng, ví dụ 201.")
        raise Invalid(problem, fields={"extension": problem})
    before = Agent.objects.select_related("line__agency").filter(person=person, active=True).exclude(line=line).first()
    if before:
        require(by, "hotline.manage", at=before.line.agency)
        switch(before, None, at=now())
        on_commit(partial(write_phones, before.line))
        _give_back(before)
    Agent.objects.filter(person=person).exclude(line=line, extension=extension, active=True).update(ha1="", lent_ha1="")
    agent, _made = Agent.objects.update_or_create(person=person, defaults={"line": line, "extension": extension, "active": True})
    on_commit(partial(write_phones, line))
    record("hotline.agent_added", by=by, on=agent, agency=line.agency, person=person.pk)
    return agent


@action
def remove_agent(agent: Agent, *, by: Person | None, at: datetime | None = None) -> None:
    """Let somebody answer no more; their calls stay theirs."""
    require(by, "hotline.manage", at=agent.line.agency)
    switch(agent, None, at=at or now())
    Agent.objects.filter(pk=agent.pk).update(active=False, ha1="", lent_ha1="")
    _give_back(agent)
    on_commit(partial(write_phones, agent.line))
    record("hotline.agent_removed", by=by, on=agent, agency=agent.line.agency, person=agent.person_id)


def _give_back(agent: Agent) -> None:
    """What waits for an answer of somebody who answers no more waits for anybody."""
    held = Conversation.objects.filter(agent=agent, waiting_since__isnull=False)
    held.update(agent=None, state=Conversation.State.WAITING)


@action
def new_phone_password(agent: Agent, *, by: Person | None) -> str:
    """A password for the agent's telephone, given back this once; the one before opens nothing any more."""
    require(by, "hotline.manage", at=agent.line.agency)
    password = token_urlsafe(12)
    Agent.objects.filter(pk=agent.pk, active=True).update(ha1=digest(agent.extension, password))
    on_commit(partial(write_phones, agent.line))
    record("hotline.phone_password_renewed", by=by, on=agent, agency=agent.line.agency)
    return password


@action
def lend_phone(agent: Agent, *, by: Person, at: datetime) -> str:
    """A password with which the agent's browser is a telephone for a quarter of an hour; the one before opens nothing any more.

    Raises:
        NotAllowed: it is a colleague's telephone.
        WrongState: the line takes no browsers.
    """
    require(by, "hotline.serve", at=agent.line.agency)
    if agent.person_id != by.pk:
        raise NotAllowed(_("Đây là máy của đồng nghiệp."))
    if not agent.line.browser_url:
        raise WrongState(_("Tổng đài này chưa nhận máy trên trình duyệt."))
    password = token_urlsafe(24)
    goes_on = Agent.objects.filter(pk=agent.pk, lent_until__gt=at).exclude(lent_ha1="").exists()
    lent = digest(browser_name(agent), password)
    Agent.objects.filter(pk=agent.pk, active=True).update(lent_ha1=lent, lent_until=at + LENT)
    on_commit(partial(write_phones, agent.line))
    if not goes_on:
        record("hotline.phone_lent", by=by, on=agent, agency=agent.line.agency)
    return password


@action
def set_state(agent: Agent, state: str, *, by: Person, at: datetime | None = None) -> None:
    """Begin or end duty, take a break, be ready again. `state`: ready, break, or empty for the end of duty.

    Raises:
        WrongState: the agent is on the telephone.
        Invalid: no state one chooses.
    """
    require(by, "hotline.serve", at=agent.line.agency)
    if state not in {State.READY, State.BREAK, ""}:
        raise Invalid(_("Không có trạng thái này."))
    if Call.objects.filter(agent=agent, state=Call.State.ANSWERED).exists():
        raise WrongState(_("Bạn đang nghe máy. Hãy kết thúc cuộc gọi trước."))
    if switch(agent, State(state) if state else None, at=at or now()):
        record("hotline.agent_state", by=by, on=agent, agency=agent.line.agency, state=state or "off")


def switch(agent: Agent, state: State | None, *, at: datetime) -> bool:
    """Close the agent's spell and open another. Returns whether anything changed."""
    Agent.objects.select_for_update().get(pk=agent.pk)
    running = Spell.objects.filter(agent=agent, until=None).first()
    if (running.state if running else None) == state:
        return False
    if running:
        running.until = max(at, running.since)
        running.save(update_fields=["until"])
    if state:
        Spell.objects.create(agent=agent, state=state, since=at)
    return True
