"""The system-status page: a summary for visitors, the parts for those who run the system, and one broken part hides no other."""

import pytest
from django.core.cache import cache
from django.utils.translation import override

from tinhso.kernel.manifest import Check, ServiceConfig, services
from tinhso.kernel.web.status import all_checks, recent_checks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_checks():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def broken(monkeypatch) -> ServiceConfig:
    """An installed application whose check raises."""

    def fail() -> list[Check]:
        raise OSError("no route to host 10.1.2.3")

    config = next(services())
    monkeypatch.setattr(config, "checks", fail)
    return config


def test_visitors_see_a_summary_and_no_parts(client):
    page = client.get("/trang-thai/").content.decode()

    assert "Tình trạng hệ thống" in page
    assert "<table" not in page


def test_a_part_that_breaks_is_reported_and_the_others_still_are(client, broken):
    found = all_checks()

    assert (broken, Check(broken.label, "failed", "OSError")) in found
    assert len({config.label for config, _check in found}) > 1


def test_visitors_are_told_of_a_failure_without_its_inside(client, broken):
    page = client.get("/trang-thai/").content.decode()

    assert "đang gặp sự cố" in page
    assert "10.1.2.3" not in page
    assert broken.label not in page


def test_a_check_speaks_the_language_of_its_reader():
    for language, words in (("vi", "còn trống"), ("en", "GB free"), ("vi", "còn trống")):
        with override(language):
            assert any(words in check.detail for _config, check in recent_checks())
