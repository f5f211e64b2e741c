import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinhso.blocks.payments.vietqr import crc16, svg, transfer_text


def test_the_checksum_is_ccitt_false():
    assert crc16("123456789") == "29B1"


def test_the_checksum_fits_the_example_of_napas():
    example = (
        "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
        "62340107NPS68690819thanh toan don hang6304"
    )
    assert crc16(example) == "2E2E"


def test_a_transfer_carries_bank_account_amount_and_content_where_napas_puts_them():
    text = transfer_text(bank_bin="970403", account="0011012345678", amount=180000, content="TS7K3M")
    assert text.startswith("00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN")
    assert "62100806TS7K3M" in text


@settings(deadline=None)  # a busy machine is no error
@given(
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.from_regex(r"[0-9A-Za-z]{1,19}", fullmatch=True),
    st.integers(1, 10**13 - 1),
    st.from_regex(r"[A-Z0-9]{1,25}", fullmatch=True),
)
def test_every_text_can_be_taken_apart_again_and_its_checksum_fits(bank_bin, account, amount, content):
    text = transfer_text(bank_bin=bank_bin, account=account, amount=amount, content=content)
    assert crc16(text[:-4]) == text[-4:]
    fields = taken_apart(text)
    beneficiary = taken_apart(taken_apart(fields["38"])["01"])
    assert (beneficiary["00"], beneficiary["01"]) == (bank_bin, account)
    assert (fields["54"], taken_apart(fields["62"])["08"]) == (str(amount), content)


def taken_apart(text):
    fields = {}
    while text:
        length = int(text[2:4])
        fields[text[:2]] = text[4 : 4 + length]
        text = text[4 + length :]
    return fields


@pytest.mark.parametrize(
    "wrong",
    [{"amount": 0}, {"amount": -5}, {"amount": 10**13}, {"content": "Lệ phí"}, {"content": "A" * 26}, {"content": "a;b"}],
)
def test_what_the_code_cannot_carry_is_refused(wrong):
    with pytest.raises(ValueError, match=r".+"):
        transfer_text(**({"bank_bin": "970403", "account": "1", "amount": 1, "content": "A"} | wrong))


def test_the_picture_has_a_title_and_no_inline_style():
    picture = svg("VIETQR", title="Mã & chuyển khoản")
    assert "<title>Mã &amp; chuyển khoản</title>" in picture
    assert "style=" not in picture
