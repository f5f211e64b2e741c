"""Points gathered for a map."""

import pytest
from django.http import QueryDict

from tinhso.blocks.directory.models import Unit
from tinhso.blocks.gis.clusters import clusters, view_from
from tinhso.kernel.errors import Invalid

WHOLE_COUNTRY = QueryDict("z=5&x0=25&y0=14&x1=26&y1=15")


def test_far_away_the_communes_are_one_mark_and_close_by_each_is_its_own(province):
    far = clusters(Unit.objects.all(), "centre", view_from(WHOLE_COUNTRY))
    close = clusters(Unit.objects.all(), "centre", view_from(QueryDict("z=13&x0=6512&y0=3855&x1=6519&y1=3862")))

    assert [(found.count, found.one) for found in far] == [(2, None)]
    assert far[0].lon == pytest.approx(106.35)
    assert {Unit.objects.get(pk=found.one).code for found in close} == {"28249", "28270"}


def test_what_lies_outside_the_window_is_not_counted(province):
    assert clusters(Unit.objects.all(), "centre", view_from(QueryDict("z=5&x0=0&y0=0&x1=1&y1=1"))) == []


def test_the_window_is_one_query(province, django_assert_num_queries):
    with django_assert_num_queries(1):
        clusters(Unit.objects.all(), "centre", view_from(WHOLE_COUNTRY))


def test_from_afar_the_counts_of_a_selection_are_kept_for_a_moment(province, django_assert_num_queries):
    rows, view = Unit.objects.all(), view_from(WHOLE_COUNTRY)
    clusters(rows, "centre", view, kept_as="test-units")
    with django_assert_num_queries(0):
        assert [found.count for found in clusters(rows, "centre", view, kept_as="test-units")] == [2]


@pytest.mark.parametrize(
    "window",
    ["", "z=5", "z=a&x0=0&y0=0&x1=0&y1=0", "z=19&x0=0&y0=0&x1=0&y1=0", "z=2&x0=0&y0=0&x1=9&y1=0", "z=9&x0=0&y0=0&x1=99&y1=99"],
)
def test_a_window_that_no_screen_has_is_refused(window):
    with pytest.raises(Invalid):
        view_from(QueryDict(window))
