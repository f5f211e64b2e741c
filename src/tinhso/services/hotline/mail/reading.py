"""What a letter says, out of its bytes (RFC 5322, MIME). Pure: nothing here believes or keeps anything."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message, MIMEPart
from email.policy import EmailPolicy
from email.utils import parseaddr
from hashlib import sha256

from lxml.etree import Comment, ParserError, ProcessingInstruction, strip_elements
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from tinhso.services.hotline.mail.quoting import parted

LONGEST = 20_000
"""Characters of text that are kept of a letter."""
MOST_FILES = 10
_TEXT, _HTML, _HEAD = 100_000, 400_000, 2_000
"""Characters that are looked at: of text, of HTML, of one head line."""
_SMALL_PICTURE = 15_000
_ROBOTS = re.compile(
    r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|khong-?tra-?loi|bounces?)(?:[+.@-]|$)", re.IGNORECASE
)
_ID = re.compile(r"<[^<>\s]{1,248}>")

_QUOTE, _UNQUOTE = "\ue000", "\ue001"
"""Of no script: they stand where a quotation begins and ends while HTML becomes lines."""
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

    key: the same for the same letter, however often it comes. text: what was written anew; quoted: what stands below it.
    """

    key: str
    message_id: str
    references: tuple[str, ...]
    sender: str
    sender_name: str
    subject: str
    text: str
    quoted: str
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
    bounce, subject = _is_bounce(mail), " ".join(_head(mail, "Subject").split())[:500]
    text, quoted = parted(_text_of(mail)[:_TEXT], subject=subject)
    return Letter(
        key=sha256(message_id.encode() if message_id else content).hexdigest(),
        message_id=message_id,
        references=tuple(dict.fromkeys(_ID.findall(f"{_head(mail, 'References')} {_head(mail, 'In-Reply-To')}"))),
        sender=address.lower() if re.fullmatch(r"[^@\s]+@[^@\s]+", address) else "",
        sender_name=" ".join(name.split())[:150],
        subject=subject,
        text=_clean(text),
        quoted=_clean(quoted),
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


def _clean(text: str) -> str:
    kept = "".join(one for one in text.replace("\xa0", " ") if one in "\n\t" or one.isprintable() or one == "\u200d")
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept.split("\n"))).strip()
    return kept if len(kept) <= LONGEST else f"{kept[:LONGEST]}…"


def words_of(html: str) -> str:
    """The words of a page of HTML, in lines; "> " before those of a letter it answers, as in a letter without HTML."""
    source = re.sub(r"\s+", " ", html.translate(dict.fromkeys(map(ord, f"\0{_QUOTE}{_UNQUOTE}"))))
    try:
        page = document_fromstring(source.encode("utf-8", "replace"), parser=HTMLParser(encoding="utf-8"))
    except ParserError:  # there is nothing in it
        return ""
    strip_elements(page, Comment, ProcessingInstruction, "script", "style", "title", with_tail=False)
    for element in page.iter("br", *_BLOCKS):
        quoted = _is_quotation(element)
        element.text = f"\n{_QUOTE if quoted else ''}{element.text or ''}"
        if element.tag != "br":
            element.tail = f"{_UNQUOTE if quoted else ''}\n{element.tail or ''}"
    lines = (" ".join(line.split()) for line in "".join(map(str, page.itertext())).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_marked(lines))).strip()


def _is_quotation(element: HtmlElement) -> bool:
    """Mail programs mark the letter they answer; a quotation of somebody's own has no such mark."""
    return element.tag == "blockquote" and (element.get("type") == "cite" or "quote" in element.get("class", ""))


def _marked(lines: Iterable[str]) -> Iterator[str]:
    depth = 0
    for line in lines:
        depth += line.count(_QUOTE)
        words = line.replace(_QUOTE, "").replace(_UNQUOTE, "").strip()
        yield f"> {words}" if depth and words else words
        depth = max(0, depth - line.count(_UNQUOTE))
