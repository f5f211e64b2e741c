"""Invented people by the thousand: citizens who apply, and holders for every vacant post."""

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files
from random import Random
from typing import NamedTuple

from tinhso.kernel.text import fold, name_sort_key

_WORDS = tomllib.loads((files("tinhso.blocks.directory") / "data" / "sample_names.toml").read_text(encoding="utf-8"))
_FIRST_BIRTHDAY = date(1955, 1, 1)
# the sample's own people have numbers below
_FIRST_NUMBER = 100_000


class Citizen(NamedTuple):
    """One row of `directory_person`, in the order of `COLUMNS`."""

    id: int
    full_name: str
    sort_key: str
    sex: str
    date_of_birth: date
    identity_number: str
    phone: str
    email: str
    address: str
    residence_id: int


COLUMNS = Citizen._fields


def invented_people(*, residences: list[int]) -> Iterator[Citizen]:
    """People as long as there are numbers, the same at every filling. Their id is for the database to say."""
    random = Random(82)
    for count in range(1_000_000 - _FIRST_NUMBER):
        sex = random.choice(("male", "female"))
        name = " ".join(random.choice(words) for words in (_WORDS["family"], _WORDS["middle"][sex], _WORDS["given"][sex]))
        born = _FIRST_BIRTHDAY + timedelta(days=random.randrange(18_000))
        number = _FIRST_NUMBER + count
        century = 2 * (born.year // 100 - 19) + (sex == "female")
        yield Citizen(
            0,
            name,
            name_sort_key(name),
            sex,
            born,
            f"082{century}{born:%y}{number:06}",
            f"0901{number:06}",
            f"{fold(name).replace(' ', '.')}.{count}@example.com",
            f"Số {random.randint(1, 300)} đường {random.choice(_WORDS['streets'])}",
            random.choice(residences),
        )
