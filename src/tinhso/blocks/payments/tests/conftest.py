import pytest

from tinhso.blocks.identity.tests import world


@pytest.fixture
def province(db):
    return world.province()


@pytest.fixture
def ward(province):
    return world.ward(province)
