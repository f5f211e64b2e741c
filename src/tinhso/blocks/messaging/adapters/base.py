"""What carries a message out of the house. An adapter knows nothing of templates or persons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tinhso.blocks.messaging.threads import ALONE, Thread
from tinhso.kernel.manifest import Check


@dataclass(frozen=True)
class Envelope:
    """One message to one address. `key` stays the same when sending is tried again."""

    key: str
    address: str
    subject: str
    body: str
    language: str
    thread: Thread = ALONE


class Adapter(Protocol):
    def send(self, envelope: Envelope) -> None:
        """Hand the message over, or raise; the caller tries again later."""

    def check(self) -> Check:
        """The state shown on the system-status page. Sends nothing."""


Factory = Callable[[], Adapter]


class Adapters:
    """The adapters of one channel by name."""

    def __init__(self) -> None:
        self._factories: dict[str, Factory] = {}

    def register(self, name: str, factory: Factory) -> None:
        """
        Raises:
            ValueError: the name is taken.
        """
        if name in self._factories:
            raise ValueError(f"two adapters are called {name!r}")
        self._factories[name] = factory

    def get(self, name: str) -> Adapter:
        """
        Raises:
            LookupError: no such adapter; the message names those there are.
        """
        if name not in self._factories:
            raise LookupError(f"no adapter {name!r}; there are: {', '.join(sorted(self._factories))}")
        return self._factories[name]()


email_adapters = Adapters()
sms_adapters = Adapters()
