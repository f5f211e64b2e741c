"""Under which names the installation answers."""

import socket

import pytest
from django.http.request import validate_host

from tinhso.config.hosts import allowed_hosts, own_addresses
from tinhso.config.supervisor import Address

PUBLIC = "https://dichvucong.tinh.example"


def answers_to(name: str, *, host: str = "", given: str = "") -> bool:
    return validate_host(name.lower(), allowed_hosts(host, given, PUBLIC))


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", socket.gethostname(), "dichvucong.tinh.example"])
def test_it_answers_to_its_own_names(name: str) -> None:
    assert answers_to(name)


@pytest.mark.parametrize("settings", [{}, {"host": "127.0.0.1"}, {"host": "0.0.0.0"}, {"given": "a.example"}])
def test_it_answers_to_no_name_that_a_stranger_makes_up(settings: dict[str, str]) -> None:
    assert not answers_to("evil.example", **settings)
    assert not answers_to("203.0.113.9", **settings)


def test_names_given_by_the_operator_are_answered_and_the_supervisor_still_reaches_it() -> None:
    assert answers_to("a.example", given="a.example, .b.example")
    assert answers_to("www.b.example", given="a.example, .b.example")
    assert answers_to("127.0.0.1", given="a.example")


def test_listening_on_all_addresses_it_answers_to_those_of_the_machine_and_shows_them() -> None:
    mine = own_addresses()
    assert all(answers_to(address, host="0.0.0.0") for address in mine)
    assert Address("0.0.0.0", 8001).urls_elsewhere() == [f"http://{address}:8001/" for address in mine]
    assert Address("127.0.0.1", 8001).urls_elsewhere() == []


def test_the_address_it_listens_on_is_its_own() -> None:
    assert answers_to("192.0.2.7", host="192.0.2.7")
    assert answers_to("[2001:db8::7]", host="2001:db8::7")
