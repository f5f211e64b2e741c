"""Payment gateways: small adapters around companies that take money online."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from django.utils.functional import Promise

from tinhso.kernel.manifest import Check

Text = str | Promise


@dataclass(frozen=True)
class Order:
    """What a gateway is asked to collect. `return_url` is where it sends the payer afterwards."""

    reference: str
    amount: int
    title: str
    return_url: str


@dataclass(frozen=True)
class Notice:
    """What a gateway says about an order; only ever made from a message whose signature fits."""

    reference: str
    succeeded: bool
    amount: int
    transaction: str


class BadSignature(Exception):
    """The message was not signed by the gateway. `reference` is what it claims to be about."""

    def __init__(self, reference: str = "") -> None:
        super().__init__("bad signature")
        self.reference = reference


class BadMessage(Exception):
    """Signed, but not understood."""


class Silent(Exception):
    """The gateway did not answer a question, or cannot be asked any more."""


class Gateway(Protocol):
    @property
    def code(self) -> str:
        """How the house calls it; never changes."""

    @property
    def title(self) -> Text:
        """How the payer knows it."""

    def available(self) -> bool:
        """Whether payers may choose it in this installation."""

    def start(self, order: Order) -> str:
        """The address to which the payer goes. It may ask the gateway over the network."""

    def read(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """The notice in a call-back.

        Raises:
            BadSignature: it was not signed with the gateway's key.
            BadMessage: signed, but not understood.
        """

    def ask(self, reference: str) -> Notice | None:
        """What became of an order; None while the payer may still pay it. It may ask the gateway over the network.

        Raises:
            Silent: no answer, or one that cannot be trusted.
        """

    def check(self) -> Check:
        """The state shown on the system-status page."""


class Gateways:
    """The gateways of the house by code, in order of registration."""

    def __init__(self) -> None:
        self._found: dict[str, Gateway] = {}

    def register(self, gateway: Gateway) -> None:
        """
        Raises:
            ValueError: the code is taken.
        """
        if gateway.code in self._found:
            raise ValueError(f"two gateways are called {gateway.code!r}")
        self._found[gateway.code] = gateway

    def get(self, code: str) -> Gateway | None:
        """The gateway, when payers may choose it."""
        gateway = self._found.get(code)
        return gateway if gateway and gateway.available() else None

    def available(self) -> list[Gateway]:
        return [gateway for gateway in self._found.values() if gateway.available()]

    def all(self) -> list[Gateway]:
        return list(self._found.values())


gateways = Gateways()
