"""A mail server on this machine that speaks as much SMTP as a real one needs to be believed."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class MailServer:
    """login: required "user:password", after STARTTLS; refuses: recipients answered with 550; received: (encrypted, mail)."""

    certificate: Path | None = None
    login: str = ""
    refuses: tuple[str, ...] = ()
    tls_at_once: bool = False
    port: int = 0
    received: list[tuple[bool, bytes]] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator["MailServer"]:
        outer = self

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _converse(outer, self)

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
            server.daemon_threads = True
            self.port = server.server_address[1]
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            yield self
            server.shutdown()


def _converse(server: MailServer, line: socketserver.StreamRequestHandler) -> None:
    encrypted, signed_in = False, not server.login

    def encrypt() -> None:
        nonlocal encrypted
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(server.certificate))
        line.connection = context.wrap_socket(line.connection, server_side=True)
        line.rfile, line.wfile = line.connection.makefile("rb"), line.connection.makefile("wb", 0)
        encrypted = True

    def say(text: str) -> None:
        line.wfile.write(f"{text}\r\n".encode())

    try:
        if server.tls_at_once:
            encrypt()
        say("220 mail ready")
        while words := line.rfile.readline().decode().strip():
            verb = words.upper().split()[0]
            if verb == "EHLO":
                offers = ["STARTTLS"] if server.certificate and not encrypted else []
                for offer in ["mail", "8BITMIME", *offers, *(["AUTH PLAIN"] if server.login else [])]:
                    say(f"250-{offer}")
                say("250 HELP")
            elif verb == "STARTTLS":
                say("220 go ahead")
                encrypt()
            elif verb == "AUTH":
                given = base64.b64decode(words.split()[2]).decode().split("\0")
                signed_in = encrypted and ":".join(given[1:]) == server.login
                say("235 welcome" if signed_in else "535 5.7.8 bad credentials")
            elif verb == "MAIL" and not signed_in:
                say("530 5.7.0 authentication required")
            elif verb == "RCPT" and any(name in words for name in server.refuses):
                say("550 5.1.1 no such user")
            elif verb == "DATA":
                say("354 go ahead")
                mail = b"".join(iter(line.rfile.readline, b".\r\n"))
                server.received.append((encrypted, mail))
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")
    except (OSError, ValueError):
        pass  # the other side went away


def self_signed(folder: Path) -> Path:
    """Key and certificate of 127.0.0.1 in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "mail.pem"
    path.write_bytes(private + certificate.public_bytes(pem))
    return path
