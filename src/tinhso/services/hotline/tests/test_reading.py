"""What a letter says, whatever it is made of."""

from email.message import EmailMessage

import pytest

from tinhso.services.hotline.mail.reading import LONGEST, read_letter, words_of


def _mail(**heads: str) -> EmailMessage:
    mail = EmailMessage()
    for name, value in {"From": "Hoa <Hoa@Example.org>", "Subject": "Hỏi lệ phí", "Message-ID": "<a@x>", **heads}.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Lệ phí bao nhiêu?\n")
    return mail


def test_a_plain_letter_is_read() -> None:
    letter = read_letter(_mail(References="<r1@x> <r2@x>", In_Reply_To="<r2@x>").as_bytes())
    assert (letter.sender, letter.sender_name, letter.subject) == ("hoa@example.org", "Hoa", "Hỏi lệ phí")
    assert (letter.text, letter.references, letter.automatic) == ("Lệ phí bao nhiêu?", ("<r1@x>", "<r2@x>"), "")


def test_html_alone_is_shown_as_words() -> None:
    mail = _mail()
    mail.set_content("<style>p{}</style><script>alert(1)</script><p>Chào <b>bạn</b>,</p><p>hỏi&nbsp;giá</p>", subtype="html")
    assert read_letter(mail.as_bytes()).text == "Chào bạn,\n\nhỏi giá"
    assert words_of("<p>a<p>b<br>c <img src=x onerror=alert(1)>") == "a\n\nb\nc"


def test_attachments_come_without_the_small_pictures_of_a_signature() -> None:
    mail = _mail()
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Đơn xin.pdf")
    mail.add_attachment(b"x" * 200, maintype="image", subtype="png", filename="logo.png", cid="<logo>")
    assert [one.name for one in read_letter(mail.as_bytes()).attachments] == ["Đơn xin.pdf"]


@pytest.mark.parametrize(
    "heads",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated; owner=x"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"List_Id": "<tin@x>"},
        {"From": "MAILER-DAEMON@x.org"},
        {"From": "no-reply@shop.org"},
    ],
)
def test_machines_are_recognised(heads: dict[str, str]) -> None:
    assert read_letter(_mail(**heads).as_bytes()).automatic


def test_people_are_not_taken_for_machines() -> None:
    for heads in ({"Auto_Submitted": "no"}, {"From": "noreplyanh@x.org"}, {"Precedence": "normal"}):
        assert read_letter(_mail(**heads).as_bytes()).automatic == ""


def test_a_notice_of_non_delivery_names_the_letter_that_came_back() -> None:
    content = (
        b"From: MAILER-DAEMON@x\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; x\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        b"Message-ID: <message-12@tinhso.invalid>\r\nSubject: Re\r\n\r\nhi\r\n--b--\r\n"
    )
    letter = read_letter(content)
    assert (letter.bounce, letter.bounced) == (True, ("<message-12@tinhso.invalid>",))
    heads = content.replace(b"message/rfc822", b"text/rfc822-headers")
    assert read_letter(heads).bounced == ("<message-12@tinhso.invalid>",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: =?utf-8?q?=ff=fe?= <a@b.c>\r\nSubject: =?utf-9?b?!!?=\r\n\r\nchao",
        b"From: a@b.c\r\nContent-Type: text/plain; charset=khong-co\r\n\r\nch\xc3\xa0o",
        b"From: a@b.c\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\nkhong co phan nao",
        b"From: a@b.c\r\nContent-Type: multipart/mixed\r\n\r\nkhong co ranh gioi",
        b"From: a@b.c, d@e.f\r\nMessage-ID: khong phai ma\r\nDate: hom qua\r\n\r\nchao",
        b"From: \r\n\r\n" + b"a" * 100_000,
        b"Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\n",
    ],
)
def test_broken_letters_give_what_can_be_read(content: bytes) -> None:
    letter = read_letter(content)
    assert len(letter.text) <= LONGEST + 1
    assert "\0" not in letter.text + letter.subject + letter.sender


@pytest.mark.parametrize(
    ("kind", "text", "times"),
    [
        ("plain", "a\n", 200_000),
        ("plain", "<a@b>", 50_000),
        ("plain", "on wrote ", 50_000),
        ("plain", "-", 200_000),
        ("plain", "Vào 1:11 viết:\n", 20_000),
        ("plain", "Từ: 09:00\n", 20_000),
        ("html", "<blockquote type=cite>", 20_000),
        ("html", "<a ", 100_000),
        ("html", "<!--", 100_000),
        ("html", "<style>", 100_000),
        ("html", "&#", 100_000),
    ],
)
def test_letters_made_to_keep_a_reader_busy_are_read_to_their_end(kind: str, text: str, times: int) -> None:
    content = f"From: a@b.c\r\nContent-Type: text/{kind}\r\n\r\n{text * times}\n> q".encode()
    assert len(read_letter(content).text) <= LONGEST + 1  # were the time to grow with the square, it would never come to this


@pytest.mark.parametrize("name", ["From", "Subject", "References", "Content-Type", "Content-Disposition"])
@pytest.mark.parametrize("value", ["a ", "=?utf-8?q?a?= ", "<", '"', "a;b="])
def test_head_lines_made_to_keep_a_reader_busy_are_cut(name: str, value: str) -> None:
    content = f"From: a@b.c\r\n{name}: {value * 50_000}\r\n\r\nchao".encode()
    assert read_letter(content).text in {"chao", ""}


def test_comments_and_what_is_no_tag_are_told_apart() -> None:
    html = "<p>1 < 2 &lt;b&gt;</p><!--[if mso]><style>p{}</style><![endif]--><script>if (a<b) alert('</p>')</script>sau"
    assert words_of(html) == "1 < 2 <b>\nsau"
    assert words_of("<!-- lời ghi --> một<br/>hai<o:p></o:p>") == "một\nhai"


def test_what_no_database_takes_and_names_that_are_no_names_are_left_out() -> None:
    mail = _mail(Subject="=?utf-8?q?a=00b?=")
    for name in ("..", "a/", "../../b.pdf"):
        mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename=name)
    letter = read_letter(mail.as_bytes())
    assert letter.subject == "ab"
    assert [one.name for one in letter.attachments] == ["tep-1", "tep-2", "b.pdf"]
