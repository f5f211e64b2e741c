"""Speaks the portal's interface: a session first, then calls that each carry session, service, madonvi and dstcode."""

import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from tinhso.services.national_portal.options import Options

_OK = {"0", "00"}
_LARGEST = 16 * 1024 * 1024
_sessions: dict[tuple[str, str], str] = {}


class Unreachable(Exception):
    """No answer that counts. `uncertain`: the portal may have got the message all the same."""

    def __init__(self, text: str, *, uncertain: bool) -> None:
        super().__init__(text)
        self.text = text
        self.uncertain = uncertain


class NoSession(Unreachable):
    """The portal cannot be reached, or gives no session: nothing has been sent."""

    def __init__(self, text: str) -> None:
        super().__init__(text, uncertain=False)


@dataclass(frozen=True)
class Answer:
    """What the portal said."""

    code: str
    text: str
    result: Any

    @property
    def good(self) -> bool:
        return self.code in _OK


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Credentials and personal data go to the address the operator named, and nowhere else."""


class Portal:
    """The portal at the end of the line."""

    def __init__(self, options: Options) -> None:
        self.options = options
        handlers: list[Any] = [_NoRedirects()]
        if options.demo:
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)
        self._key = (options.url, options.username)

    def sign_in(self) -> str:
        """A session, remembered for the next calls of this process.

        Raises:
            NoSession: there is none to be had.
        """
        _sessions.pop(self._key, None)
        try:
            answer = self._post(self.options.auth_path, {"username": self.options.username, "password": self.options.password})
        except Unreachable as error:
            raise NoSession(error.text) from error
        session = str(answer.get("session") or "")
        if not session or _code(answer) not in _OK:
            raise NoSession(f"session refused, error_code {_code(answer)}")
        _sessions[self._key] = session
        return session

    def call(self, service: str, **content: Any) -> Answer:
        """Call a service. An old session that is refused is renewed once; what was refused has not been taken in.

        Raises:
            NoSession: nothing has been sent.
            Unreachable: no answer, or none that could be understood.
        """
        old = _sessions.get(self._key)
        answer = self._call(old or self.sign_in(), service, content)
        if not answer.good and old:
            answer = self._call(self.sign_in(), service, content)
        return answer

    def find(self, portal_code: str) -> dict[str, Any] | None:
        """A case as the portal has it; None when it has none."""
        answer = self.call("TraCuuHoSo", mahoso=portal_code)
        rows = answer.result if answer.good and isinstance(answer.result, list) else []
        return next((row for row in rows if isinstance(row, dict) and row.get("MaHoSo") == portal_code), None)

    def _call(self, session: str, service: str, content: dict[str, Any]) -> Answer:
        said = self._post(
            self.options.service_path,
            {
                "session": session,
                "service": service,
                "madonvi": self.options.unit,
                "dstcode": self.options.destination,
                **content,
            },
        )
        return Answer(_code(said), safe_text(said.get("error_message") or said.get("message") or ""), said.get("result"))

    def _post(self, path: str, content: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - options() lets only http and https pass
            self.options.url + path,
            json.dumps(content, ensure_ascii=False).encode(),
            {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"},
        )
        try:
            with self._opener.open(request, timeout=self.options.timeout) as answer:
                body = answer.read(_LARGEST + 1)
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code not in (408, 429):
                return {"error_code": f"HTTP {error.code}"}
            raise Unreachable(f"HTTP {error.code}", uncertain=error.code >= 500) from error
        except urllib.error.URLError as error:
            # the line did not come about, so nothing went over it; a time-out may have come later
            raise Unreachable(type(error.reason).__name__, uncertain=isinstance(error.reason, TimeoutError)) from error
        except (OSError, HTTPException) as error:
            raise Unreachable(type(error).__name__, uncertain=True) from error
        try:
            said = json.loads(body) if len(body) <= _LARGEST else None
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise Unreachable("answer is not JSON", uncertain=True)
        return said


def _code(said: dict[str, Any]) -> str:
    given = said.get("error_code")
    return "" if given is None else str(given)[:20]


def safe_text(text: object) -> str:
    """What a stranger says, cut, and without numbers that may be a person's."""
    return re.sub(r"\d{6,}", "…", str(text))[:300]
