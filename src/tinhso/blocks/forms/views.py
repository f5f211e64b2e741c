"""What the administrative-unit picker asks while a person types. Public: units are open data."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from tinhso.blocks.directory.queries import map_day
from tinhso.blocks.forms.engine.units import LEVELS
from tinhso.blocks.forms.engine.values import clean_line, iso_date
from tinhso.blocks.forms.units import DirectoryUnits
from tinhso.kernel.errors import Invalid


@require_safe
@cache_control(public=True, max_age=3600)
def find_units(request: HttpRequest) -> HttpResponse:
    """Matches as options of a list box: `q` what was typed, `level`, `on` the day, `within` a province or district."""
    level = LEVELS.get(request.GET.get("level", "commune"))
    if level is None:
        raise Invalid(_("Cấp đơn vị phải là province, district hoặc commune."), fields={"level": _("không có cấp này")})
    text = clean_line(request.GET.get("q", ""))[:100]
    units = DirectoryUnits().find(text, level=level, on=_day(request), within=request.GET.get("within", ""))
    return render(request, "forms/unit_options.html", {"units": units})


@require_safe
@cache_control(public=True, max_age=3600)
def districts(request: HttpRequest) -> HttpResponse:
    """The districts of a province on a day, as options of a select; none since 01/07/2025."""
    province = request.GET.get("province", "")
    units = DirectoryUnits().below(province, level=LEVELS["district"], on=_day(request)) if province else []
    return render(request, "forms/unit_districts.html", {"units": units})


def _day(request: HttpRequest) -> date:
    text = request.GET.get("on", "")
    found = iso_date(text) if text else map_day(localdate())
    if found is None:
        raise Invalid(_("Ngày phải viết dạng 2025-07-01."), fields={"on": _("không phải là ngày")})
    return found
