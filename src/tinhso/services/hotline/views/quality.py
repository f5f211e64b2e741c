"""The sample a supervisor goes through, and the page on which people say how content they are."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.blocks.identity.guards import PersonRequest, VisitorRequest, staff_only
from tinhso.blocks.identity.throttle import client_address
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.permissions import require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.hotline.actions.quality import BEST, CRITERIA, mark_service
from tinhso.services.hotline.limits import refuse_guesser, spend_wrong_code
from tinhso.services.hotline.quality_tables import Pick, QualityReview, Survey
from tinhso.services.hotline.queries import line_for

MARKS = (
    (5, gettext_lazy("Rất hài lòng")),
    (4, gettext_lazy("Hài lòng")),
    (3, gettext_lazy("Bình thường")),
    (2, gettext_lazy("Không hài lòng")),
    (1, gettext_lazy("Rất không hài lòng")),
)


@require_safe
@staff_only
def sample(request: PersonRequest) -> HttpResponse:
    """What was drawn of a week, by agent; the newest unless asked otherwise."""
    require(request.person, "hotline.lead")
    line = line_for(request.person, "hotline.lead")
    weeks = list(Pick.objects.filter(line=line).order_by("-week").values_list("week", flat=True).distinct()[:12])
    week = _week(request.GET.get("tuan")) or (weeks[0] if weeks else None)
    picks = Pick.objects.filter(line=line, week=week or date.min).select_related(
        "agent__person", "call__review", "conversation__review"
    )
    rows = list(picks.order_by("agent__person__sort_key", "pk"))
    done = sum(_reviewed(row) is not None for row in rows)
    context = {
        "line": line,
        "rows": [(row, _reviewed(row)) for row in rows],
        "done": done,
        "week": week,
        "until": week + timedelta(days=6) if week else None,
        "weeks": weeks,
        "breadcrumbs": [(_("Bảng tổng đài"), reverse("hotline:board")), (_("Mẫu chấm chất lượng"), "")],
    }
    return render(request, "hotline/sample.html", context)


def _reviewed(pick: Pick) -> QualityReview | None:
    source = pick.call or pick.conversation
    found: QualityReview | None = getattr(source, "review", None)
    return found


def _week(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day - timedelta(days=day.weekday()) if day.year > 1 and day <= localdate() else None


def review_parts(review: QualityReview | None, problem: DomainError | None) -> dict[str, object]:
    """What the score sheet shows."""
    given = review.scores if review else {}
    return {
        "review": review,
        "criteria": [
            (name, text, given.get(name), problem.fields.get(name) if problem else "") for name, text in CRITERIA.items()
        ],
        "marks": [(mark, text) for mark, text in enumerate((_("Không"), _("Một phần"), _("Có"))) if mark <= BEST],
    }


def scores_from(request: PersonRequest) -> dict[str, int]:
    """What was ticked."""
    return {name: score for name in CRITERIA if (score := whole_number(request.POST.get(name))) is not None}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: VisitorRequest, code: str) -> HttpResponse:
    """One press; afterwards a word if one likes. Opening the page says nothing yet: programs that look at links are no people."""
    refuse_guesser(address=client_address(request), at=now())
    survey = Survey.objects.select_related("line__agency").filter(code=code.upper()[:12]).first()
    if survey is None:
        spend_wrong_code(address=client_address(request), at=now())
        raise NotFound(_("Đường dẫn đánh giá này không đúng."))
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            mark = whole_number(request.POST.get("mark"))
            mark_service(survey, survey.mark if mark is None else mark, comment=request.POST.get("comment", "")[:500])
            return redirect("hotline:rate", code=survey.code)
        except DomainError as error:
            problem = error
    context = {"survey": survey, "marks": MARKS, "problem": problem}
    return render(request, "hotline/rate.html", context, status=problem.status if problem else 200)
