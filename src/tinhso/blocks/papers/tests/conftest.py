import pytest

from tinhso.blocks.identity.tests import world


@pytest.fixture
def ward(db):
    return world.ward(world.province())
