"""A gateway whose call-back does not come: nobody pays twice, and nobody waits for ever."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from tinhso.blocks.directory.models import Agency
from tinhso.blocks.identity.actions import offer_as_sample
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.tests import world
from tinhso.blocks.payments.actions import create_invoice, pay_cash
from tinhso.blocks.payments.gateways import demo
from tinhso.blocks.payments.gateways.actions import (
    apply_callback,
    ask_about_silent,
    ask_before_cash,
    keep_silent,
    start_payment,
)
from tinhso.blocks.payments.models import Invoice, Payment
from tinhso.blocks.payments.queries import invoice_panel
from tinhso.kernel.errors import WrongState

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(ward: Agency) -> Invoice:
    offer_as_sample(world.account(world.somebody(), "congdan1"), title="Công dân", order=1)
    lines = [{"text": "Chứng thực bản sao", "quantity": 3, "unit_price": 2000}]
    return create_invoice(agency=ward, title="Phí chứng thực", lines=lines, about="cases.case:7")


def begun(invoice: Invoice, silence: str = "") -> Payment:
    start_payment(invoice, gateway="demo", return_url="/ho-so/7/")
    payment = invoice.payments.latest("pk")
    keep_silent(payment, silence)
    return payment


def status(invoice: Invoice) -> str:
    return Invoice.objects.get(pk=invoice.pk).status


def test_who_was_charged_without_a_call_back_is_led_to_the_receipt_and_pays_once(client: Client, invoice: Invoice) -> None:
    payment = begun(invoice, demo.CALL_BACK_LOST)
    answer = client.post(f"/thanh-toan/{invoice.code}/bat-dau/", {"gateway": "demo"})
    assert answer.url == f"/thanh-toan/ket-qua/{payment.reference}/"
    assert "Thanh toán thành công" in client.get(answer.url).content.decode()
    assert (status(invoice), invoice.payments.count()) == ("paid", 1)


def test_while_the_gateway_is_silent_nobody_is_let_pay_a_second_time(client: Client, invoice: Invoice) -> None:
    begun(invoice, demo.OUT_OF_ORDER)
    answer = client.post(f"/thanh-toan/{invoice.code}/bat-dau/", {"gateway": "demo"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "không phải trả hai lần" in page
    assert "Xem lần trả này" in page
    assert invoice.payments.count() == 1


def test_after_an_hour_of_silence_one_may_try_again_and_money_that_came_twice_is_due_back(invoice: Invoice) -> None:
    first = begun(invoice, demo.OUT_OF_ORDER)
    Payment.objects.update(started_at=now() - timedelta(hours=2))
    second = begun(invoice)
    assert second != first
    for payment in (second, first):
        apply_callback("demo", *demo.answer_to(payment, "success"))
    first.refresh_from_db()
    assert (status(invoice), first.refund_reason) == ("paid", "already_paid")


def test_an_order_that_is_still_open_at_the_gateway_is_gone_on_with_from_whatever_page(invoice: Invoice) -> None:
    payment = begun(invoice)
    start_payment(invoice, gateway="demo", return_url="/khac/")
    assert [one.return_url for one in invoice.payments.all()] == ["/khac/"]
    assert invoice.payments.get() == payment


def test_the_gateways_are_asked_about_the_call_backs_that_did_not_come(invoice: Invoice) -> None:
    begun(invoice, demo.CALL_BACK_LOST)
    assert ask_about_silent(now()) == 0  # it may still come
    assert ask_about_silent(now() + timedelta(minutes=3)) == 1
    assert status(invoice) == "paid"
    assert ask_about_silent(now() + timedelta(minutes=6)) == 0


def test_cash_is_not_taken_for_what_was_paid_online_without_a_call_back(ward: Agency, invoice: Invoice) -> None:
    begun(invoice, demo.CALL_BACK_LOST)
    ask_before_cash(invoice)
    with pytest.raises(WrongState, match="đã thanh toán"):
        pay_cash(invoice, by=world.official(ward, "reception"))


def test_cash_is_taken_while_the_gateway_is_out_of_order(ward: Agency, invoice: Invoice) -> None:
    begun(invoice, demo.OUT_OF_ORDER)
    ask_before_cash(invoice)
    assert pay_cash(invoice, by=world.official(ward, "reception")).method == "cash"


def test_a_gateway_that_is_out_of_order_fails_nothing(invoice: Invoice) -> None:
    begun(invoice, demo.OUT_OF_ORDER)
    assert ask_about_silent(now() + timedelta(minutes=3)) == 0
    assert status(invoice) == "unpaid"


def test_the_invoice_tells_of_an_attempt_without_an_answer_for_an_hour(invoice: Invoice) -> None:
    payment = begun(invoice)
    assert invoice_panel(invoice, return_url="/").pending == payment
    Payment.objects.update(started_at=now() - timedelta(hours=2))
    assert invoice_panel(invoice, return_url="/").pending is None


# ---------------------------------------------------------------------------------------------------- money to give back


def test_money_paid_twice_is_listed_for_who_gives_it_back_and_noted_once(client: Client, ward: Agency, invoice: Invoice) -> None:
    payment = begun(invoice)
    pay_cash(invoice, by=world.official(ward, "reception"))
    apply_callback("demo", *demo.answer_to(payment, "success"))
    client.force_login(world.account(world.official(ward, "department_head"), "truongphong", Account.Kind.STAFF))
    page = client.get("/thanh-toan/phai-hoan/").content.decode()
    assert payment.reference in page
    assert "Hóa đơn đã được thanh toán trước đó" in page
    door = f"/thanh-toan/phai-hoan/giao-dich/{payment.pk}/"
    assert client.post(door).status_code == 302
    assert Payment.objects.get().refunded_at
    assert client.post(door).status_code == 404
    assert "Không có khoản nào phải hoàn" in client.get("/thanh-toan/phai-hoan/").content.decode()


def test_the_cashier_takes_money_and_gives_none_back(ward: Agency, invoice: Invoice) -> None:
    client = Client()
    client.force_login(world.account(world.official(ward, "reception"), "thungan", Account.Kind.STAFF))
    assert client.get("/thanh-toan/phai-hoan/").status_code == 403


def test_an_invoice_that_was_paid_meanwhile_says_so_on_its_page(client: Client, ward: Agency, invoice: Invoice) -> None:
    pay_cash(invoice, by=world.official(ward, "reception"))
    answer = client.post(f"/thanh-toan/{invoice.code}/bat-dau/", {"gateway": "demo"})
    assert (answer.status_code, "Số biên lai" in answer.content.decode()) == (409, True)
    with pytest.raises(WrongState):
        start_payment(invoice, gateway="demo", return_url="/")
