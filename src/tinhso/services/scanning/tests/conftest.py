"""The commune of the cases' tests, and paper drawn for the purpose."""

from collections.abc import Callable
from functools import cache
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image, ImageDraw, ImageFont

from tinhso.blocks.cases.tests.conftest import Town, submitted, town, version  # noqa: F401
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account

A4_AT_200 = (1654, 2339)


@pytest.fixture
def desk(town: Town) -> Callable[[Person], Client]:  # noqa: F811
    """A signed-in browser of a person of the commune."""

    def sit_down(person: Person) -> Client:
        client = Client()
        client.force_login(open_account(kind=Account.Kind.STAFF, person=person, username=f"p{person.pk}", by=None))
        return client

    return sit_down


def sheet(size: tuple[int, int] = A4_AT_200, *, lines: int = 40, ink: int = 25, paper: int = 246) -> Image.Image:
    """A written page, to draw on at will."""
    return _written(size, lines, ink, paper).copy()


@cache
def _written(size: tuple[int, int], lines: int, ink: int, paper: int) -> Image.Image:
    """Drawn once: letters take a tenth of a second."""
    picture = Image.new("RGB", size, (paper, paper, paper))
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=size[0] // 50)
    for number in range(lines):
        line = ("chung thuc ban sao tu ban chinh " * 3)[: 62 - (number * 7) % 25]
        pen.text((size[0] // 9, size[1] // 12 + number * size[1] // 50), line, fill=(ink, ink, ink), font=font)
    return picture


def as_file(picture: Image.Image, kind: str = "JPEG", **options: object) -> BytesIO:
    content = BytesIO()
    picture.save(content, kind, **options)
    content.seek(0)
    return content
