import pytest

from tinhso.blocks.directory.actions import appoint, create_post
from tinhso.blocks.esignature.actions import sign_paper
from tinhso.blocks.esignature.tests.samples import AT, draft
from tinhso.blocks.identity.tests import world


@pytest.fixture
def ward(db):
    return world.ward(world.province())


@pytest.fixture
def chairman(ward):
    person = world.somebody("Nguyễn Thị Thuỳ Dương")
    post = create_post(ward, "Chủ tịch UBND phường", roles=["signer"], signs="CHỦ TỊCH", by=None)
    appoint(person, post, valid_from=world.LONG_AGO, by=None)
    person.post = post
    return person


@pytest.fixture
def paper(ward, chairman):
    return draft(ward, signer=chairman, post=chairman.post)


@pytest.fixture
def signed_paper(paper, chairman):
    return sign_paper(paper, by=chairman, post=chairman.post, at=AT)
