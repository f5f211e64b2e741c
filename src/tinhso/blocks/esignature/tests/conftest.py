import pytest

from tinhso.blocks.directory.actions import appoint, create_post
from tinhso.blocks.esignature.actions import sign_paper
from tinhso.blocks.esignature.tests.samples import AT, draft
from tinhso.blocks.files.reading import read_file
from tinhso.blocks.identity.tests import world


@pytest.fixture
def ward(db):
    return world.ward(world.province())


@pytest.fixture
def post(ward):
    return create_post(ward, "Phó Chủ tịch UBND phường", roles=["signer"], signs="KT. CHỦ TỊCH", by=None)


@pytest.fixture
def chairman(post):
    person = world.somebody("Nguyễn Thị Thuỳ Dương")
    appoint(person, post, valid_from=world.LONG_AGO, by=None)
    return person


@pytest.fixture
def paper(ward, chairman, post):
    return draft(ward, signer=chairman, post=post)


@pytest.fixture
def fresh(paper, chairman, post):
    """The bytes of a paper just signed and sealed."""
    return read_file(sign_paper(paper, by=chairman, post=post, at=AT).signed_file)


_kept: list[bytes] = []


@pytest.fixture
def signed(request):
    """Like `fresh`, but made once for all tests that only read the file."""
    if not _kept:
        _kept.append(request.getfixturevalue("fresh"))
    else:
        request.getfixturevalue("db")
    return _kept[0]
