"""What a page of figures is about: read from its address, and written into the addresses it links to."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from tinhso.blocks.cases.figures.counting import Scope, agencies_with_figures, scope_below
from tinhso.blocks.cases.figures.measures import Judged
from tinhso.blocks.cases.figures.period import Period, recent
from tinhso.blocks.cases.models import Procedure
from tinhso.blocks.cases.queries import catalogue
from tinhso.blocks.directory.models import Agency, Person, UnitLevel
from tinhso.kernel.errors import NotFound

BY_AGENCY, BY_FIELD, BY_PROCEDURE = "co-quan", "linh-vuc", "thu-tuc"
_DAYS = "ngay"  # the period is named by two days


@dataclass(frozen=True)
class Selection:
    """The figures of `root` and all below it (all the person may see when None), of a field or procedure, in a period."""

    judged: Judged
    agencies: tuple[Agency, ...]
    root: Agency | None
    field: str
    procedure: str
    by: str

    @property
    def period(self) -> Period:
        return self.judged.period

    @cached_property
    def scope(self) -> Scope:
        return Scope(scope_below(self.agencies, self.root), self.field, self.procedure)

    @cached_property
    def catalogue(self) -> list[Procedure]:
        """Every procedure."""
        return list(catalogue().defer("search"))

    @property
    def procedures(self) -> list[Procedure]:
        """The procedures of the selection: of its field or code, at the levels of its agencies."""
        within = self.scope.agencies or frozenset()
        levels = {
            Procedure.Level.COMMUNE if agency.level == UnitLevel.COMMUNE else Procedure.Level.PROVINCE
            for agency in self.agencies
            if agency.pk in within
        }
        return [
            one
            for one in self.catalogue
            if one.level in levels and self.field in ("", one.field_code) and self.procedure in ("", one.code)
        ]

    def address(self, **changes: str) -> str:
        """The query of this selection, changed."""
        parts = {
            "ky": self.period.text,
            "co_quan": self.root.code or "" if self.root else "",
            "linh_vuc": self.field,
            "thu_tuc": self.procedure,
            "theo": "" if self.by == BY_AGENCY else self.by,
            **changes,
        }
        return "?" + urlencode({name: value for name, value in parts.items() if value})

    def filters(self) -> list[dict[str, object]]:
        """For `components/filter_bar.html`."""
        usual = [(period.text, str(period)) for period in recent(self.judged.now)]
        named = self.period.text in dict(usual)
        depth = min(((agency.path or "").count(".") for agency in self.agencies), default=0)
        agencies = [
            (agency.code, "\u2003" * ((agency.path or "").count(".") - depth) + agency.name)
            for agency in self.agencies
            if agency.code
        ]
        fields = {one.field_code: one.field for one in self.catalogue}
        return [
            _select("ky", _("Kỳ"), self.period.text if named else _DAYS, [*usual, (_DAYS, _("Từ ngày đến ngày"))]),
            {"name": "tu", "label": _("Từ ngày"), "kind": "date", "value": "" if named else self.period.first.isoformat()},
            {"name": "den", "label": _("Đến ngày"), "kind": "date", "value": "" if named else self.period.last.isoformat()},
            _select("co_quan", _("Cơ quan"), self.root.code if self.root else "", [("", _("Tất cả")), *agencies]),
            _select("linh_vuc", _("Lĩnh vực"), self.field, [("", _("Tất cả")), *fields.items()]),
            _select(
                "thu_tuc", _("Thủ tục"), self.procedure, [("", _("Tất cả")), *((one.code, one.title) for one in self.catalogue)]
            ),
        ]


def _select(name: str, label: str, value: str | None, options: list[tuple[str | None, str]]) -> dict[str, object]:
    return {"name": name, "label": label, "kind": "select", "value": value, "options": options}


def selected(query: QueryDict, person: Person, now: datetime) -> Selection:
    """What an address asks for, of what the person may see.

    Raises:
        Invalid: the address names no period.
        NotFound: the person may see no figures of the agency named.
    """
    agencies = tuple(agencies_with_figures(person))
    code = query.get("co_quan", "").strip()
    root = next((agency for agency in agencies if agency.code == code), None) if code else None
    if code and root is None:
        raise NotFound(_("Không có số liệu của cơ quan %(code)s mà bạn được xem.") % {"code": code})
    by = query.get("theo", "")
    return Selection(
        judged=Judged(_period(query, now), now),
        agencies=agencies,
        root=root,
        field=query.get("linh_vuc", "").strip(),
        procedure=query.get("thu_tuc", "").strip(),
        by=by if by in (BY_FIELD, BY_PROCEDURE) else BY_AGENCY,
    )


def _period(query: QueryDict, now: datetime) -> Period:
    text, first, last = (query.get(name, "").strip() for name in ("ky", "tu", "den"))
    if text in ("", _DAYS) and (first or last):
        return Period.parse(f"{first or last}..{last or first}")
    return Period.month_of(now) if text in ("", _DAYS) else Period.parse(text)
