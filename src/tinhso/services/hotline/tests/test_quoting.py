"""The letter somebody answers stands below what they write, as each mail program puts it there; it is set apart, not lost."""

from email.message import EmailMessage

import pytest

from tinhso.services.hotline.mail.quoting import parted
from tinhso.services.hotline.mail.reading import read_letter

OURS = "Chào bà Hoa,\n\nLệ phí là 2.000 đồng một trang.\n\nTổng đài 1022"
MARKED = "\n".join(f"> {line}".rstrip() for line in OURS.split("\n"))
PLAIN = {
    "gmail": f"Cảm ơn, còn hỏi thêm.\n\nOn Mon, 2 Nov 2026 at 09:00, 1022 <1022@tinh.vn> wrote:\n\n{MARKED}\n",
    "gmail in Vietnamese, in two lines": "Vâng ạ.\n\nVào Th 2, 2 thg 11, 2026 vào lúc 09:00 Tổng đài 1022 tỉnh Đồng Tháp <\n"
    f"1022@dongthap.gov.vn> đã viết:\n\n{MARKED}\n",
    "gmail in Vietnamese, in four": "Vâng ạ.\n\nVào Th 2, 2 thg 11, 2026\nvào lúc 09:00 Tổng đài 1022\n"
    f"<1022@dongthap.gov.vn>\nđã viết:\n\n{MARKED}\n",
    "telephone of Apple": f"Em đã rõ.\n\nĐã gửi từ iPhone của tôi\n\n> Vào 09:00, 2 thg 11, 2026, "
    f"Tổng đài <1022@tinh.vn> đã viết:\n> \n{MARKED}",
    "yahoo, nothing marked": "Cảm ơn\n\n    Vào Thứ Hai, 2 tháng 11, 2026 lúc 09:00:00 GMT+7, Tổng đài <1022@tinh.vn> "
    "đã viết:  \n \n " + OURS.replace("\n", "\n "),
    "outlook in Vietnamese": "Tôi gửi thêm ảnh.\n\n\n________________________________\nTừ: Tổng đài 1022 <1022@tinh.vn>\n"
    f"Đã gửi: Thứ Hai, 2 tháng 11 năm 2026 9:00 SA\nĐến: Hoa <hoa@example.org>\nChủ đề: Re: Hỏi lệ phí\n\n{OURS}",
    "outlook": "Đã rõ, cảm ơn.\n\nFrom: Tong dai 1022 <1022@tinh.vn>\nSent: Monday, November 2, 2026 9:00 AM\nTo: Hoa\n"
    f"Subject: RE: Hoi le phi\n\n{OURS}",
    "outlook of old": f"Vâng.\n-----Original Message-----\nFrom: 1022\n\n{OURS}",
    "outlook of a telephone": "Vâng.\n\nTải Outlook cho Android<https://aka.ms/AAb9ysg>\n________________________________\n"
    f"From: 1022 <1022@tinh.vn>\nSent: Monday, November 2, 2026 9:00:00 AM\nTo: Hoa <hoa@example.org>\n\n{OURS}",
    "samsung": f"Vâng.\n\nĐược gửi từ thiết bị Galaxy của tôi\n\n-------- Thư gốc --------\nTừ: 1022\n\n{OURS}",
}
HTML = {
    "gmail": '<div dir="ltr">Vâng ạ.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Vào Th 2, 2 thg 11, '
    '2026 vào lúc 09:00 Tổng đài &lt;<a href="mailto:1022@tinh.vn">1022@tinh.vn</a>&gt; đã viết:<br></div>'
    '<blockquote class="gmail_quote" style="margin:0"><p>Chào bà Hoa,</p><p>Lệ phí là 2.000 đồng.</p></blockquote></div>',
    "telephone of Apple": "<html><body dir=auto>Vâng ạ.<br><br><div dir=ltr>Đã gửi từ iPhone của tôi</div><div dir=ltr><br>"
    "<blockquote type=cite>Vào 09:00, 2 thg 11, 2026, Tổng đài &lt;1022@tinh.vn&gt; đã viết:<br><br></blockquote></div>"
    "<blockquote type=cite><div>Lệ phí là 2.000 đồng.</div></blockquote></body></html>",
    "outlook": "<div>Vâng ạ.</div><div id=appendonsend></div><hr><div id=divRplyFwdMsg><font><b>Từ:</b> Tổng đài "
    "&lt;1022@tinh.vn&gt;<br><b>Đã gửi:</b> Thứ Hai, 2 tháng 11 năm 2026 09:00<br><b>Đến:</b> Hoa<br><b>Chủ đề:</b> Re: Hỏi"
    "</font></div>"
    "<div>Lệ phí là 2.000 đồng.</div>",
    "yahoo": "<div>Vâng ạ.</div><div class=yahoo_quoted><div>Vào Thứ Hai, 2 tháng 11, 2026 lúc 09:00 GMT+7, Tổng đài "
    "&lt;1022@tinh.vn&gt; đã viết:</div><div>Lệ phí là 2.000 đồng.</div></div>",
}
WHOLE = {
    "nothing but a quotation": "> chỉ có trích dẫn",
    "an answer below": "On Monday he wrote:\n> một\n\nTrả lời ở dưới.",
    "a sentence about a letter": "Hôm 2/11 cán bộ ghi:\nTừ: ấp 3\nĐến: chợ\nHỏi lúc nào xong?",
    "a sentence about writing": "Tôi hỏi.\nVào hôm thứ hai cán bộ đã viết:\nhồ sơ thiếu giấy",
    "where it was sent from": "Xin hỏi.\nGửi từ UBND xã ngày 3/11.",
    "that a letter came": "Xin hỏi.\nNhận được mail rồi ạ",
    "only the program's line": "Sent from my iPhone",
}


@pytest.mark.parametrize("program", PLAIN)
def test_the_letter_it_answers_is_set_apart(program: str) -> None:
    own, quoted = parted(PLAIN[program])
    assert own == PLAIN[program].split("\n")[0]
    assert "2.000 đồng" in quoted
    assert "".join((own + quoted).split()) == "".join(PLAIN[program].split())  # and nothing is lost


@pytest.mark.parametrize("program", HTML)
def test_so_it_is_in_a_letter_of_html_alone(program: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Hoa <hoa@example.org>", "Re: Hỏi lệ phí"
    mail.set_content(HTML[program], subtype="html")
    letter = read_letter(mail.as_bytes())
    assert letter.text == "Vâng ạ."
    assert "Lệ phí là 2.000 đồng." in letter.quoted


@pytest.mark.parametrize("kind", WHOLE)
def test_what_is_somebodys_own_stays(kind: str) -> None:
    assert parted(WHOLE[kind]) == (WHOLE[kind], "")


def test_what_stands_between_is_kept_and_the_end_set_apart() -> None:
    own, quoted = parted("On Monday he wrote:\n> một\nTrả lời ở giữa\n> hai")
    assert own.endswith("Trả lời ở giữa")
    assert quoted == "> hai"


@pytest.mark.parametrize("subject", ["Fwd: Hỏi", "FW: Hỏi", "Chuyển tiếp: Hỏi"])
def test_a_letter_handed_on_is_the_matter_itself(subject: str) -> None:
    assert parted(PLAIN["outlook"], subject=subject) == (PLAIN["outlook"], "")


def test_a_quotation_of_ones_own_in_html_is_no_letter_answered() -> None:
    mail = EmailMessage()
    mail["From"] = "hoa@example.org"
    mail.set_content("<p>Điều 3 ghi:</p><blockquote>miễn lệ phí</blockquote>", subtype="html")
    assert read_letter(mail.as_bytes()).text.endswith("miễn lệ phí")
