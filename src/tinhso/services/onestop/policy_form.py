"""The form in which an agency says how its steps find somebody, as entered."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tinhso.blocks.cases.assignment import Plan, Rule, Way
from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.models import AssignmentPolicy, Procedure, ProcedureVersion
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.directory.models import Agency, Post
from tinhso.blocks.directory.queries import tenures_on
from tinhso.kernel.manifest import roles
from tinhso.kernel.text.numbers import whole_number

Choices = list[tuple[str, str | Promise]]
ANYBODY = "any"


@dataclass(frozen=True)
class Line:
    """A rule as entered: `target` is "any", "post:3" or "person:7"."""

    condition: str = ""
    target: str = ANYBODY

    @property
    def rule(self) -> Rule:
        kind, _colon, number = self.target.partition(":")
        chosen = whole_number(number) or 0
        return Rule(self.condition, chosen if kind == "person" else None, chosen if kind == "post" else None)


@dataclass(frozen=True)
class Entered:
    """Which steps, and how. `part` is empty for all, else "role:specialist" or "node:review"."""

    agency: Agency
    procedure: Procedure | None
    part: str = ""
    way: str = Way.LOAD
    lines: tuple[Line, ...] = field(default=())

    @property
    def role(self) -> str:
        return self.part.removeprefix("role:") if self.part.startswith("role:") else ""

    @property
    def node(self) -> str:
        return self.part.removeprefix("node:") if self.part.startswith("node:") else ""

    @property
    def plan(self) -> Plan:
        """Without lines in which no condition is written."""
        return Plan(self.way, tuple(line.rule for line in self.lines if line.condition) if self.way == Way.RULE else ())

    def tidied(self) -> "Entered":
        """Without empty lines, so that problems are told beside the line they are about."""
        return replace(self, lines=tuple(line for line in self.lines if line.condition))

    def raised(self, index: int) -> "Entered":
        """With a line one place higher."""
        lines = list(self.lines)
        if 0 < index < len(lines):
            lines[index - 1], lines[index] = lines[index], lines[index - 1]
        return replace(self, lines=tuple(lines))

    def longer(self) -> "Entered":
        return replace(self, lines=(*self.lines, Line()))


def part_of(policy: AssignmentPolicy) -> str:
    return f"role:{policy.role}" if policy.role else f"node:{policy.node}" if policy.node else ""


def entered_of(policy: AssignmentPolicy) -> Entered:
    """A policy as it would be entered."""
    lines = [
        Line(
            rule.condition, f"person:{rule.person_id}" if rule.person_id else f"post:{rule.post_id}" if rule.post_id else ANYBODY
        )
        for rule in policy.rules.order_by("number")
    ]
    return Entered(policy.agency, policy.procedure, part_of(policy), policy.way, tuple(lines))


def read(post: QueryDict, before: Entered) -> Entered:
    """What was posted; agency and procedure stay."""
    conditions, targets = post.getlist("condition"), post.getlist("target")
    lines = tuple(Line(condition.strip(), target) for condition, target in zip(conditions, targets, strict=False))
    return replace(before, part=post.get("part", before.part), way=post.get("way", ""), lines=lines)


# --- what can be chosen


def work_roles() -> Choices:
    """The roles that do steps."""
    return [(code, role.title) for code, role in roles().items() if "cases.work" in role.permissions]


def parts_of(version: ProcedureVersion | None) -> list[tuple[str, Choices]]:
    """Whose steps a policy may speak of: those of a role, or one step of the procedure."""
    groups: list[tuple[str, Choices]] = [(_("Vai trò"), [(f"role:{code}", title) for code, title in work_roles()])]
    if version:
        graph = graph_of(version)
        tasks = [node for process in graph.processes for node in process.user_tasks]
        groups.append((_("Bước"), [(f"node:{node.id}", node.name) for node in tasks]))
    return groups


def part_title(part: str, version: ProcedureVersion | None) -> str:
    """What a part is called; its code when the procedure no longer has it."""
    if not part:
        return _("Mọi bước")
    return next((str(title) for _group, parts in parts_of(version) for code, title in parts if code == part), part)


def targets_at(agency: Agency, on: date) -> list[tuple[str, Choices]]:
    """Who can be named in a rule: posts, as groups that share, and persons."""
    known = {code for code, _title in work_roles()}
    posts = [
        post for post in Post.objects.filter(agency=agency, active=True).order_by("order", "title") if known & set(post.roles)
    ]
    held = tenures_on(on).filter(post__in=posts, in_place_of=None).select_related("person", "post")
    people = {one.person_id: f"{one.person.full_name}, {one.post.title}" for one in held.order_by("person__sort_key", "pk")}
    return [
        (_("Vị trí: người đang ít việc nhất"), [(f"post:{post.pk}", post.title) for post in posts]),
        (_("Người"), [(f"person:{pk}", name) for pk, name in people.items()]),
    ]


def facts_to_name(version: ProcedureVersion | None) -> Sequence[tuple[str, str]]:
    """What a condition may read, and what that is."""
    common = [
        ("applicant.commune", _("mã xã nơi ở của người nộp, khi sổ dân cư có")),
        ("applicant.business", _("người nộp là doanh nghiệp: true hoặc false")),
        ("case.channel", _("1 trực tiếp, 2 trực tuyến, 3 bưu chính")),
        ("case.procedure", _("mã thủ tục")),
        ("case.field", _("mã lĩnh vực")),
        ("case.reopened", _("số lần mở lại vì khiếu nại")),
        ("step.id, step.role, step.does", _("bước nào, của vai trò nào, làm gì")),
    ]
    if version is None:
        return common
    titles = [(f"answers.{one.pattern}", one.title) for one in form_of(version).questions()]
    return [*common, *titles]
