"""What a letter says, out of its bytes (RFC 5322, MIME). Pure: nothing here believes or keeps anything."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message, MIMEPart
from email.policy import EmailPolicy
from email.utils import parseaddr
from hashlib import sha256

from lxml.etree import Comment, ParserError, ProcessingInstruction, strip_elements
from lxml.html import HTMLParser, document_fromstring

LONGEST = 20_000
"""Characters of text that are kept of a letter."""
MOST_FILES = 10
_TEXT, _HTML, _HEAD, _LINE = 100_000, 400_000, 2_000, 300
"""Characters that are looked at: of text, of HTML, of one head line, of a line that may begin a quotation."""
_SMALL_PICTURE = 15_000
_ROBOTS = re.compile(
    r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|khong-?tra-?loi|bounces?)(?:[+.@-]|$)", re.IGNORECASE
)
_ID = re.compile(r"<[^<>\s]{1,248}>")
_OUTLOOK = re.compile(r"^\s*-{2,}\s*(?:original message|thư gốc|tin nhắn gốc|forwarded message)\s*-{2,}\s*$", re.IGNORECASE)

_BLOCKS = ("p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote")


class _Policy(EmailPolicy):
    """Head lines are cut before they are taken apart: the parser's time grows with the square of their length."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        parsed: str = super().header_fetch_parse(name, value[:_HEAD])
        return parsed


_MODERN = _Policy()


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """An e-mail. automatic: why it is taken for a machine's, "" for a person's. bounced: the Message-IDs a non-delivery is about.

    key: the same for the same letter, however often it comes.
    """

    key: str
    message_id: str
    references: tuple[str, ...]
    sender: str
    sender_name: str
    subject: str
    text: str
    attachments: tuple[Attachment, ...]
    automatic: str
    bounce: bool
    bounced: tuple[str, ...]


def read_letter(content: bytes) -> Letter:
    """Read a letter. One that is broken gives what can be read of it."""
    mail = message_from_bytes(content, policy=_MODERN)
    assert isinstance(mail, EmailMessage)  # noqa: S101 - for the type checker
    name, address = parseaddr(_head(mail, "From"))
    message_id = next(iter(_ID.findall(_head(mail, "Message-ID"))), "")
    bounce = _is_bounce(mail)
    return Letter(
        key=sha256(message_id.encode() if message_id else content).hexdigest(),
        message_id=message_id,
        references=tuple(dict.fromkeys(_ID.findall(f"{_head(mail, 'References')} {_head(mail, 'In-Reply-To')}"))),
        sender=address.lower() if re.fullmatch(r"[^@\s]+@[^@\s]+", address) else "",
        sender_name=" ".join(name.split())[:150],
        subject=" ".join(_head(mail, "Subject").split())[:500],
        text=_clean(without_quotes(_text_of(mail)[:_TEXT])),
        attachments=tuple(_attachments(mail)),
        automatic="bounce" if bounce else _automatic(mail, address),
        bounce=bounce,
        bounced=tuple(_bounced(mail)) if bounce else (),
    )


def _head(mail: Message, name: str) -> str:
    """A head line as text; "" where it is missing or cannot be read."""
    try:
        return _printable(str(mail.get(name) or ""))
    except Exception:  # the parser of head lines fails in many ways on broken ones
        return ""


def _printable(text: str) -> str:
    """On one line, without what no screen shows and no database takes."""
    return "".join(one for one in " ".join(text.split()) if one.isprintable())


def _automatic(mail: EmailMessage, address: str) -> str:
    """Why nobody waits for an answer: RFC 3834, and what was usual before it."""
    submitted = _head(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return "auto-submitted"
    if _head(mail, "Precedence").strip().lower() in {"bulk", "junk", "list", "auto_reply"}:
        return "precedence"
    if _head(mail, "Return-Path").strip() == "<>":
        return "no return path"
    if any(mail.get(name) for name in ("X-Autoreply", "X-Autorespond", "List-Id", "List-Unsubscribe")):
        return "list or auto-reply"
    return "robot" if _ROBOTS.match(address) else ""


def _is_bounce(mail: EmailMessage) -> bool:
    kind = mail.get_content_type()
    return kind == "multipart/report" and str(mail.get_param("report-type", "")).lower() == "delivery-status"


def _bounced(mail: EmailMessage) -> Iterator[str]:
    """The Message-IDs in the returned letter or its head lines."""
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            for one in inner if isinstance(inner, list) else ():
                yield from _ID.findall(_head(one, "Message-ID") if isinstance(one, Message) else "")
        elif part.get_content_type() == "text/rfc822-headers":
            for line in _content(part).splitlines():
                if line.lower().startswith("message-id:"):
                    yield from _ID.findall(line)


def _text_of(mail: EmailMessage) -> str:
    """The plain part; else the words of the HTML part. Nothing of HTML is ever shown as such."""
    try:
        body = mail.get_body(preferencelist=("plain", "html"))
    except Exception:  # a multipart without parts, or with itself inside
        body = None
    if body is None:
        return "" if mail.is_multipart() else _content(mail)
    return words_of(_content(body)[:_HTML]) if body.get_content_type() == "text/html" else _content(body)


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except Exception:  # an unknown charset, or bytes that are not of it
        raw = part.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def _attachments(mail: EmailMessage) -> Iterator[Attachment]:
    """What is attached, without the small pictures of a signature. A letter forwarded as attachment is one file."""
    try:
        parts = list(mail.iter_attachments())
    except Exception:  # a broken multipart
        parts = []
    for number, part in enumerate(parts, start=1):
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) or not content:
            continue
        decoration = part.get_content_maintype() == "image" and part.get("Content-ID") and len(content) < _SMALL_PICTURE
        if not decoration:
            yield Attachment(_name_of(part) or f"tep-{number}", content)


def _name_of(part: EmailMessage) -> str:
    try:
        name = _printable(part.get_filename() or "").replace("\\", "/").rpartition("/")[2].strip()[:200]
        return "" if name in {".", ".."} else name
    except Exception:  # a name in a charset nobody knows
        return ""


def without_quotes(text: str) -> str:
    """The text without the letter it answers, which follows below."""
    lines = text.replace("\r\n", "\n").split("\n")
    below = next((number for number, line in enumerate(lines) if number and _OUTLOOK.match(line[:_LINE])), len(lines))
    del lines[below:]
    quoted = False
    while lines and (lines[-1].startswith(">") or not lines[-1].strip()):
        quoted = lines.pop().startswith(">") or quoted
    if quoted:
        del lines[_attribution(lines) :]
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join(lines) if lines else text


def _attribution(lines: list[str]) -> int:
    """Where "On Monday somebody wrote:" begins, which mail programs wrap into two lines; the end, where there is none."""
    for height in (2, 1):
        words = " ".join(line[:_LINE].strip() for line in lines[-height:]).lower()
        said = words.endswith(":") and words[:-1].rstrip().endswith(("wrote", "viết"))
        named = words.startswith(("on ", "vào ")) or (height == 1 and "<" in words and "@" in words)
        if len(lines) > height and said and named:
            return len(lines) - height
    return len(lines)


def _clean(text: str) -> str:
    kept = "".join(one for one in text.replace("\xa0", " ") if one in "\n\t" or one.isprintable() or one == "\u200d")
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept.split("\n"))).strip()
    return kept if len(kept) <= LONGEST else f"{kept[:LONGEST]}…"


def words_of(html: str) -> str:
    """The words of a page of HTML, in lines."""
    source = re.sub(r"\s+", " ", html.replace("\0", ""))
    try:
        page = document_fromstring(source.encode("utf-8", "replace"), parser=HTMLParser(encoding="utf-8"))
    except ParserError:  # there is nothing in it
        return ""
    strip_elements(page, Comment, ProcessingInstruction, "script", "style", "title", with_tail=False)
    for element in page.iter("br", *_BLOCKS):
        element.text = f"\n{element.text or ''}"
        if element.tag != "br":
            element.tail = f"\n{element.tail or ''}"
    lines = (" ".join(line.split()) for line in "".join(map(str, page.itertext())).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
