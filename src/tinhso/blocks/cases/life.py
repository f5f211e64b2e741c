"""The life of a case: what may be done in which of the ten national statuses, and where it leads. The only such table.

Every action that changes a case names its deed to `transition`, which refuses it in any other status and lets the case go nowhere
else; screens ask the same table what to offer. Told in words in docs/life-of-a-case.md. Status 2 is between two of ours: a case
that is taken in is worked on from that moment, and the National Portal is told "2" until the first step is done
(`services/national_portal/statuses.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tinhso.blocks.cases.models import Status


class Deed(StrEnum):
    """What is done to a case."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    ASK_SUPPLEMENT = "ask_supplement"
    ANSWER_SUPPLEMENT = "answer_supplement"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    WORK = "work"
    ASSIGN = "assign"
    SEND_BACK = "send_back"
    ASK_OPINION = "ask_opinion"
    GIVE_OPINION = "give_opinion"
    HEAR = "hear"
    AWAIT = "await"
    SIGN = "sign"
    RETURN = "return"
    ANSWER = "answer"
    WITHDRAW = "withdraw"
    ASK_WITHDRAWAL = "ask_withdrawal"
    GRANT_WITHDRAWAL = "grant_withdrawal"
    DENY_WITHDRAWAL = "deny_withdrawal"
    STOP = "stop"
    CORRECT = "correct"
    TRANSFER = "transfer"
    MOVE_VERSION = "move_version"
    COMPLAIN = "complain"
    REOPEN = "reopen"
    DENY_COMPLAINT = "deny_complaint"
    DIGITISE = "digitise"
    GIVE_BACK = "give_back"
    RATE = "rate"


@dataclass(frozen=True)
class Move:
    """From where to where. `ends` empty: the status stays as it is."""

    starts: frozenset[Status]
    ends: frozenset[Status] = frozenset()

    def allows(self, before: Status, after: Status) -> bool:
        return before in self.starts and (after in self.ends or (after == before and not self.ends))


def _move(starts: set[Status], *ends: Status) -> Move:
    return Move(frozenset(starts), frozenset(ends))


_UNDER_WAY = {Status.IN_PROGRESS, Status.SUPPLEMENT_ASKED, Status.FINANCIAL_DUTY}
_AT_WORK = {Status.IN_PROGRESS}
_BEFORE = {Status.SUBMITTED, Status.SUPPLEMENT_ASKED}
_COMPLAINED_OF = {Status.REFUSED, Status.STOPPED, Status.RETURNED}

LIFE: Mapping[Deed, Move] = {
    Deed.ACCEPT: _move({Status.SUBMITTED}, Status.IN_PROGRESS),
    Deed.REFUSE: _move(_BEFORE, Status.REFUSED),
    Deed.ASK_SUPPLEMENT: _move({Status.SUBMITTED, Status.IN_PROGRESS}, Status.SUPPLEMENT_ASKED),
    Deed.ANSWER_SUPPLEMENT: _move({Status.SUPPLEMENT_ASKED}, Status.SUBMITTED, Status.IN_PROGRESS),
    Deed.PAUSE: _move(_AT_WORK, Status.IN_PROGRESS, Status.FINANCIAL_DUTY),
    Deed.RESUME: _move({Status.IN_PROGRESS, Status.FINANCIAL_DUTY}, Status.IN_PROGRESS),
    Deed.EXTEND: _move(_AT_WORK),
    Deed.WORK: _move({Status.IN_PROGRESS, Status.DONE}),
    Deed.ASSIGN: _move(_UNDER_WAY | {Status.DONE}),
    Deed.SEND_BACK: _move(_AT_WORK),
    Deed.ASK_OPINION: _move(_AT_WORK),
    Deed.GIVE_OPINION: _move(_UNDER_WAY),
    Deed.HEAR: _move(_UNDER_WAY | {Status.DONE}),
    Deed.AWAIT: _move({Status.IN_PROGRESS, Status.DONE}),
    Deed.SIGN: _move(_AT_WORK, Status.DONE),
    Deed.RETURN: _move({Status.DONE}, Status.RETURNED),
    Deed.ANSWER: _move(_AT_WORK, Status.RETURNED),
    Deed.WITHDRAW: _move(_BEFORE, Status.WITHDRAWN),
    Deed.ASK_WITHDRAWAL: _move(_UNDER_WAY),
    Deed.GRANT_WITHDRAWAL: _move(_UNDER_WAY, Status.WITHDRAWN),
    Deed.DENY_WITHDRAWAL: _move(_UNDER_WAY),
    Deed.STOP: _move(_UNDER_WAY, Status.STOPPED),
    Deed.CORRECT: _move({Status.SUBMITTED, *_UNDER_WAY}),
    Deed.TRANSFER: _move({Status.SUBMITTED, Status.IN_PROGRESS}),
    Deed.MOVE_VERSION: _move(_UNDER_WAY),
    Deed.COMPLAIN: _move(_COMPLAINED_OF),
    Deed.REOPEN: _move(_COMPLAINED_OF, Status.SUBMITTED, Status.IN_PROGRESS),
    Deed.DENY_COMPLAINT: _move(_COMPLAINED_OF),
    Deed.DIGITISE: _move({Status.SUBMITTED, *_UNDER_WAY, Status.DONE, Status.RETURNED}),
    Deed.GIVE_BACK: _move(set(Status) - {Status.ACCEPTED}),
    Deed.RATE: _move(_COMPLAINED_OF | {Status.DONE}),
}


def possible(deed: Deed, status: int) -> bool:
    """Whether the deed can be done in that status at all; who may do it is another question."""
    return status in LIFE[deed].starts


_ON_THE_WAY: Mapping[Deed, frozenset[Deed]] = {
    Deed.WORK: frozenset({Deed.PAUSE}),
    Deed.HEAR: frozenset({Deed.PAUSE, Deed.RESUME}),
    Deed.AWAIT: frozenset({Deed.PAUSE, Deed.RESUME}),
}
"""What a process may do itself when the deed lets it go on (`clock.fee_or_tax`, `clock.go_on`)."""


def leads(deed: Deed, before: Status, after: Status) -> bool:
    """Whether the deed may leave the case there."""
    deeds = (deed, *_ON_THE_WAY.get(deed, ()))
    return any(LIFE[one].allows(before, after) for one in deeds)
