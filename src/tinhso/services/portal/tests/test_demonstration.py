"""Since 01/07/2025 the legal place to apply online is the National Portal: the own portal says when it is a demonstration."""

from collections.abc import Callable

import pytest
from django.test import Client

from tinhso.blocks.cases.models import ProcedureVersion
from tinhso.blocks.cases.tests.conftest import town, version

__all__ = ["town", "version"]


@pytest.fixture
def page(version: ProcedureVersion) -> Callable[[], str]:
    def read() -> str:
        return Client().get(f"/thu-tuc/{version.procedure.code}/").content.decode()

    return read


def test_the_sample_of_today_labels_applying_as_a_demonstration(settings, page: Callable[[], str]) -> None:  # type: ignore[no-untyped-def]
    settings.OWN_PORTAL_IS_DEMONSTRATION = True
    assert "Cổng Dịch vụ công quốc gia" in page()


def test_a_province_with_its_own_portal_does_not(settings, page: Callable[[], str]) -> None:  # type: ignore[no-untyped-def]
    settings.OWN_PORTAL_IS_DEMONSTRATION = False
    assert "Cổng Dịch vụ công quốc gia" not in page()
