"""A mailbox on this machine that speaks as much IMAP as a real server needs to be believed."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class ImapServer:
    """letters: by UID. login: "user:password". certificate: speaks TLS from the start. said: every command it was given."""

    letters: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    login: str = "desk:secret"
    certificate: Path | None = None
    refuses: set[int] = field(default_factory=set)
    port: int = 0
    said: list[str] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator["ImapServer"]:
        outer = self

        class Conversation(socketserver.StreamRequestHandler):
            def setup(self) -> None:
                if outer.certificate:
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(str(outer.certificate))
                    self.request = context.wrap_socket(self.request, server_side=True)
                super().setup()

            def handle(self) -> None:
                with suppress(OSError):  # the other side went away
                    _converse(outer, self)

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
            server.daemon_threads = True
            self.port = server.server_address[1]
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            yield self
            server.shutdown()

    def url(self, **changed: str) -> str:
        user, _colon, password = changed.get("login", self.login).partition(":")
        scheme, end = ("imaps", "") if self.certificate else ("imap", "?tls=no")
        return f"{scheme}://{user}:{password}@127.0.0.1:{self.port}/INBOX{end}"


def _converse(server: ImapServer, line: socketserver.StreamRequestHandler) -> None:
    def say(text: str) -> None:
        line.wfile.write(f"{text}\r\n".encode())

    say("* OK ready")
    while words := line.rfile.readline().decode().strip():
        tag, _space, command = words.partition(" ")
        server.said.append(command)
        verb = command.upper()
        if verb.startswith("CAPABILITY"):
            say("* CAPABILITY IMAP4rev1")
        elif verb.startswith("LOGIN"):
            given = ":".join(part.strip('"') for part in command.split()[1:])
            if given != server.login:
                say(f"{tag} NO [AUTHENTICATIONFAILED] wrong")
                continue
        elif verb.startswith("EXAMINE"):
            say(f"* {len(server.letters)} EXISTS")
            say(f"* OK [UIDVALIDITY {server.validity}] valid")
        elif verb.startswith("UID SEARCH"):
            say(f"* SEARCH {' '.join(map(str, _searched(server, command)))}".rstrip())
        elif verb.startswith("UID FETCH"):
            if not _fetch(server, line, command):
                say(f"{tag} NO refused")
                continue
        elif verb.startswith("LOGOUT"):
            say("* BYE")
            say(f"{tag} OK bye")
            return
        else:
            say(f"{tag} BAD unknown")
            continue
        say(f"{tag} OK done")


def _searched(server: ImapServer, command: str) -> list[int]:
    """`n:*` names the last letter even where its number is smaller, as RFC 9051 has it."""
    match = re.search(r"UID (\d+):\*", command)
    uids = sorted(server.letters)
    if not match or not uids:
        return uids
    return [uid for uid in uids if uid >= int(match.group(1))] or uids[-1:]


def _fetch(server: ImapServer, line: socketserver.StreamRequestHandler, command: str) -> bool:
    match = re.search(r"UID FETCH (\d+) .*<0\.(\d+)>", command)
    assert match
    uid, limit = int(match.group(1)), int(match.group(2))
    if uid in server.refuses:
        return False
    content = server.letters[uid]
    part = content[:limit]
    line.wfile.write(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(content)} BODY[]<0> {{{len(part)}}}\r\n".encode() + part + b")\r\n")
    return True
