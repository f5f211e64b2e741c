from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils.timezone import localdate

from tinhso.blocks.identity.actions import offer_as_sample
from tinhso.blocks.identity.models import SampleAccount
from tinhso.blocks.identity.tests import world
from tinhso.blocks.payments.actions import (
    cancel_invoice,
    confirm_transfer,
    create_invoice,
    give_up_invoice,
    note_refund,
    pay_cash,
    refund_invoice,
)
from tinhso.blocks.payments.gateways import demo
from tinhso.blocks.payments.gateways.actions import Outcome, apply_callback, start_payment
from tinhso.blocks.payments.gateways.base import Gateways
from tinhso.blocks.payments.jobs import call_back_late
from tinhso.blocks.payments.models import BankAccount, Invoice, Payment
from tinhso.blocks.payments.queries import bank_account_of, invoice_by_code, invoice_panel, invoices_about, refunds_due
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound, WrongState

COPIES = {"text": "Chứng thực bản sao", "quantity": 3, "unit_price": 2000}
YEAR = f"{localdate():%y}"


@pytest.fixture
def sample(db):
    """Sample data is loaded, so the demo gateway is open."""
    offer_as_sample(world.account(world.somebody(), "congdan1"), title="Công dân", order=1)


@pytest.fixture
def cashier(ward):
    return world.official(ward, "reception")


@pytest.fixture
def head(ward):
    return world.official(ward, "department_head")


def bill(ward, *lines, **options):
    return create_invoice(agency=ward, title="Phí chứng thực", lines=lines or [COPIES], about="cases.case:7", **options)


def started(invoice):
    start_payment(invoice, gateway="demo", return_url="/ho-so/7/")
    return invoice.payments.latest("pk")


def call_back(payment, outcome="success", **changes):
    said = {"reference": payment.reference, "amount": payment.amount, "transaction": "GD1"} | changes
    return apply_callback("demo", *demo.message(outcome=outcome, **said)).outcome


def reloaded(invoice):
    return Invoice.objects.get(pk=invoice.pk)


# ------------------------------------------------------------------------------------------------------------ invoices


def test_an_invoice_is_the_sum_of_its_lines(ward):
    invoice = bill(ward, COPIES, {"text": "Bản thứ tư", "quantity": 1, "unit_price": 1000})
    assert (invoice.amount, invoice.status) == (7000, "unpaid")
    assert [line["amount"] for line in invoice.lines] == [6000, 1000]


def test_an_exemption_is_shown_as_a_line_of_nothing_and_the_invoice_is_paid_at_once_without_a_receipt(ward):
    invoice = bill(ward, {"text": "Lệ phí khai sinh (miễn)", "quantity": 1, "unit_price": 0})
    assert (invoice.amount, invoice.status, invoice.method, invoice.receipt_number) == (0, "paid", "free", "")
    assert AuditEntry.objects.filter(event="payments.invoice_paid", object_id=str(invoice.pk)).exists()


@pytest.mark.parametrize(
    "line",
    [{"quantity": 0}, {"quantity": 1.5}, {"unit_price": -1}, {"unit_price": 0.1}, {"quantity": True}, {"unit_price": 10**13}],
)
def test_money_is_whole_dong_within_reason(ward, line):
    with pytest.raises(Invalid):
        bill(ward, COPIES | line)


def test_an_invoice_has_a_line(ward):
    with pytest.raises(Invalid):
        create_invoice(agency=ward, title="Phí", lines=[])


def test_fees_are_found_by_what_they_are_for(ward):
    invoice = bill(ward)
    assert list(invoices_about("cases.case:7")) == [invoice]
    assert invoice_by_code(invoice.code.lower()) == invoice
    with pytest.raises(NotFound):
        invoice_by_code("KHONGCO")


# -------------------------------------------------------------------------------------------------------- at the counter


def test_cash_gets_the_next_receipt_number_of_the_agency_and_the_year(ward, cashier):
    numbers = [pay_cash(bill(ward), by=cashier).receipt_number for _invoice in range(3)]
    assert numbers == [f"BL{YEAR}-0000001", f"BL{YEAR}-0000002", f"BL{YEAR}-0000003"]


def test_a_refused_payment_leaves_no_gap_in_the_receipts(ward, cashier):
    paid = pay_cash(bill(ward), by=cashier)
    with pytest.raises(WrongState):
        pay_cash(paid, by=cashier)
    assert pay_cash(bill(ward), by=cashier).receipt_number == f"BL{YEAR}-0000002"


def test_receipts_of_two_agencies_are_numbered_apart(province, ward, cashier):
    other = world.ward(province, "Phường Đạo Thạnh", "28250")
    pay_cash(bill(ward), by=cashier)
    assert pay_cash(bill(other), by=world.official(other, "reception")).receipt_number == f"BL{YEAR}-0000001"


def test_cash_is_taken_by_reception_at_the_agency_alone(province, ward):
    other = world.ward(province, "Phường Đạo Thạnh", "28250")
    for stranger in (world.official(ward, "specialist"), world.official(other, "reception"), world.somebody()):
        with pytest.raises(NotAllowed):
            pay_cash(bill(ward), by=stranger)


def test_a_transfer_seen_on_the_statement_pays_the_invoice(ward, cashier):
    assert confirm_transfer(bill(ward), by=cashier).method == "transfer"


def test_paying_tells_what_it_was_for(ward, cashier):
    invoice = pay_cash(bill(ward), by=cashier)
    entry = AuditEntry.objects.get(event="payments.invoice_paid")
    assert entry.facts == {"about": "cases.case:7", "amount": 6000, "method": "cash"}
    assert (entry.object_id, entry.agency_id, entry.actor_id) == (str(invoice.pk), ward.pk, cashier.pk)


def test_a_paid_invoice_is_refunded_not_cancelled(ward, cashier, head):
    invoice = pay_cash(bill(ward), by=cashier)
    with pytest.raises(WrongState):
        cancel_invoice(invoice, by=head)
    assert refund_invoice(invoice, by=head).status == "refunded"
    with pytest.raises(WrongState):
        refund_invoice(invoice, by=head)


def test_cancelling_twice_is_cancelling_once(ward, head):
    invoice = bill(ward)
    cancel_invoice(invoice, by=head)
    cancel_invoice(invoice, by=head)
    assert AuditEntry.objects.filter(event="payments.invoice_cancelled").count() == 1


def test_a_fee_given_up_is_cancelled_or_due_back_once_and_a_fee_of_nothing_is_neither(ward, cashier, head):
    unpaid, paid, free = bill(ward), pay_cash(bill(ward), by=cashier), bill(ward, COPIES | {"unit_price": 0})
    for _ in range(2):
        for invoice in (unpaid, paid, free):
            give_up_invoice(invoice, reason=Invoice.RefundReason.REFUSED, refund=True, by=None)
    assert [reloaded(invoice).status for invoice in (unpaid, paid, free)] == ["cancelled", "paid", "paid"]
    assert [reloaded(invoice).refund_due for invoice in (unpaid, paid, free)] == [False, True, False]
    assert AuditEntry.objects.filter(event="payments.refund_due").count() == 1
    with pytest.raises(NotAllowed):
        give_up_invoice(bill(ward), reason=Invoice.RefundReason.REFUSED, refund=True, by=cashier)


# -------------------------------------------------------------------------------------------------------------- online


def test_without_sample_data_there_is_no_demo_gateway(ward):
    with pytest.raises(NotFound):
        start_payment(bill(ward), gateway="demo", return_url="/")


def test_a_signed_success_pays_the_invoice_and_gives_a_receipt(ward, sample):
    invoice = bill(ward)
    assert call_back(started(invoice)) == Outcome.APPLIED
    invoice = reloaded(invoice)
    assert (invoice.status, invoice.method, invoice.receipt_number) == ("paid", "online", f"BL{YEAR}-0000001")


def test_the_same_call_back_twice_pays_once(ward, sample):
    invoice = bill(ward)
    payment = started(invoice)
    assert [call_back(payment), call_back(payment)] == [Outcome.APPLIED, Outcome.REPEATED]
    assert AuditEntry.objects.filter(event="payments.invoice_paid").count() == 1


def test_a_wrong_signature_changes_nothing_and_is_audited(ward, sample):
    invoice = bill(ward)
    payment = started(invoice)
    body, headers = demo.message(reference=payment.reference, outcome="success", amount=payment.amount, transaction="GD1")
    forged = body.replace(b"6000", b"6001")
    assert apply_callback("demo", forged, headers).outcome == Outcome.REFUSED
    assert apply_callback("demo", body, {}).outcome == Outcome.REFUSED
    assert reloaded(invoice).status == "unpaid"
    assert {e.object_id for e in AuditEntry.objects.filter(event="payments.callback_refused")} == {str(payment.pk)}


def test_a_signed_call_back_about_nothing_known_is_answered_so(sample):
    assert apply_callback("demo", *demo.message(reference="X", outcome="success", amount=1, transaction="")).outcome == "unknown"


def test_a_signed_but_unreadable_call_back_is_answered_so(sample):
    body = b"[]"
    assert apply_callback("demo", body, {demo.SIGNATURE_HEADER: demo.sign(body)}).outcome == Outcome.UNREADABLE


def test_another_amount_than_asked_pays_nothing_and_is_due_back(ward, sample, head):
    invoice = bill(ward)
    payment = started(invoice)
    assert call_back(payment, amount=5000) == Outcome.REFUND_DUE
    assert reloaded(invoice).status == "unpaid"
    assert [(due.received, due.refund_reason) for due in refunds_due(head)] == [(5000, "wrong_amount")]


def test_money_that_comes_after_the_invoice_was_cancelled_is_due_back(ward, sample, head):
    invoice = bill(ward)
    payment = started(invoice)
    cancel_invoice(invoice, by=head)
    assert call_back(payment) == Outcome.REFUND_DUE
    assert reloaded(invoice).status == "cancelled"
    [due] = refunds_due(head)
    assert due.refund_reason == "cancelled"
    note_refund(due, by=head)
    assert not refunds_due(head).exists()


def test_money_that_comes_after_cash_was_paid_is_due_back(ward, sample, cashier):
    invoice = bill(ward)
    payment = started(invoice)
    pay_cash(invoice, by=cashier)
    assert call_back(payment) == Outcome.REFUND_DUE
    assert reloaded(invoice).method == "cash"


def test_a_failure_leaves_the_invoice_to_be_paid_another_way(ward, sample):
    invoice = bill(ward)
    assert call_back(started(invoice), "failure") == Outcome.APPLIED
    assert reloaded(invoice).status == "unpaid"
    assert call_back(started(invoice)) == Outcome.APPLIED
    assert reloaded(invoice).status == "paid"


def test_a_success_after_a_failure_counts_and_a_failure_after_a_success_does_not(ward, sample):
    invoice = bill(ward)
    payment = started(invoice)
    outcomes = [call_back(payment, "failure"), call_back(payment), call_back(payment, "failure")]
    assert outcomes == [Outcome.APPLIED, Outcome.APPLIED, Outcome.REPEATED]
    assert reloaded(invoice).status == "paid"


def test_the_demo_gateway_s_late_answer_still_pays(ward, sample):
    invoice = bill(ward)
    call_back_late(reference=started(invoice).reference)
    assert reloaded(invoice).status == "paid"


def test_two_clicks_on_pay_make_one_attempt(ward, sample):
    invoice = bill(ward)
    assert started(invoice) == started(invoice)
    assert invoice.payments.count() == 1


def test_two_gateways_cannot_have_one_code():
    gateways = Gateways()
    gateways.register(demo.DemoGateway())
    with pytest.raises(ValueError, match="demo"):
        gateways.register(demo.DemoGateway())


@pytest.mark.django_db(transaction=True)
def test_call_backs_that_arrive_together_pay_once_and_cash_at_that_moment_is_told_apart():
    ward = world.ward(world.province())
    offer_as_sample(world.account(world.somebody(), "congdan1"), title="Công dân", order=1)
    cashier = world.official(ward, "reception")
    invoice = bill(ward)
    payment = started(invoice)

    def in_its_own_connection(work):
        try:
            return work()
        except WrongState:
            return "refused"
        finally:
            connection.close()

    works = [lambda: call_back(payment)] * 5 + [lambda: pay_cash(invoice, by=cashier).status]
    with ThreadPoolExecutor(len(works)) as pool:
        outcomes = list(pool.map(in_its_own_connection, works))

    paid = reloaded(invoice)
    assert paid.receipt_number == f"BL{YEAR}-0000001"
    assert AuditEntry.objects.filter(event="payments.invoice_paid").count() == 1
    if paid.method == "cash":
        assert sorted(outcomes) == ["paid", "refund_due", *["repeated"] * 4]
    else:
        assert sorted(outcomes) == ["applied", "refused", *["repeated"] * 4]


# ------------------------------------------------------------------------------------------------------------- screens


@pytest.fixture
def bank(province):
    return BankAccount.objects.create(
        agency=province, bank_bin="970403", bank_name="Ngân hàng mẫu", number="0011012345678", holder="UBND TINH DONG THAP"
    )


def test_an_agency_without_an_account_collects_into_that_of_the_nearest_above(province, ward, bank):
    assert bank_account_of(ward) == bank
    own = BankAccount.objects.create(agency=ward, bank_bin="970436", bank_name="Khác", number="1", holder="X")
    assert bank_account_of(ward) == own


def test_the_panel_offers_gateways_and_a_code_only_while_there_is_something_to_pay(ward, bank, sample, cashier):
    invoice = bill(ward)
    panel = invoice_panel(invoice, return_url="/")
    assert [gateway.code for gateway in panel.gateways] == ["demo"]
    assert "<svg" in panel.qr
    panel = invoice_panel(pay_cash(invoice, by=cashier), return_url="/")
    assert (panel.gateways, panel.qr) == ([], "")


def test_a_citizen_pays_through_the_demo_gateway_and_returns_to_their_page(client, ward, sample, bank):
    invoice = bill(ward)
    page = client.get(f"/thanh-toan/{invoice.code}/").content.decode()
    assert "6.000\u00a0₫" in page
    assert invoice.code in page
    gateway = client.post(f"/thanh-toan/{invoice.code}/bat-dau/", {"gateway": "demo", "return_url": "/ho-so/7/"}).url
    assert "không có tiền thật" in client.get(gateway).content.decode()
    result = client.post(gateway, {"outcome": "success"}).url
    page = client.get(result).content.decode()
    assert f"BL{YEAR}-0000001" in page
    assert 'href="/ho-so/7/"' in page


def test_a_gateway_that_does_not_answer_leaves_a_page_that_waits(client, ward, sample):
    payment = started(bill(ward))
    result = client.post(f"/cong-thanh-toan-mau/{payment.reference}/", {"outcome": "timeout"}).url
    page = client.get(result).content.decode()
    assert 'hx-trigger="every 4s"' in page
    Payment.objects.update(started_at="2026-01-01T00:00Z")
    assert "đừng trả lần nữa" in client.get(result).content.decode()


def test_a_declined_card_offers_to_try_again(client, ward, sample):
    payment = started(bill(ward))
    result = client.post(f"/cong-thanh-toan-mau/{payment.reference}/", {"outcome": "failure"}).url
    assert "Quay lại để thanh toán" in client.get(result).content.decode()


def test_the_payer_never_returns_to_another_site(client, ward, sample):
    invoice = bill(ward)
    client.post(f"/thanh-toan/{invoice.code}/bat-dau/", {"gateway": "demo", "return_url": "https://evil.example/"})
    assert invoice.payments.get().return_url == f"/thanh-toan/{invoice.code}/"


def test_a_payer_is_not_sent_back_to_an_address_without_end(client, sample, ward):
    invoice = bill(ward)
    client.post(f"/thanh-toan/{invoice.code}/bat-dau/", {"gateway": "demo", "return_url": "/" + "a" * 600})
    assert invoice.payments.get().return_url == f"/thanh-toan/{invoice.code}/"


@pytest.mark.parametrize(
    "body", [b"", b"[" * 100_000, b'{"reference": "\\u0000"}', b'{"reference": "\\ud800"}', b'{"reference": [1]}', b"\xff"]
)
def test_whatever_a_stranger_sends_as_a_gateway_is_refused_and_leaves_no_row(client, sample, body):
    answer = client.post("/thanh-toan/phan-hoi/demo/", body, content_type="application/json")
    assert answer.status_code == 403
    assert not AuditEntry.objects.filter(event="payments.callback_refused").exists()


def test_the_call_back_door_needs_a_signature_and_no_session(client, ward, sample):
    payment = started(bill(ward))
    body, headers = demo.message(reference=payment.reference, outcome="success", amount=payment.amount, transaction="GD1")
    door = "/thanh-toan/phan-hoi/demo/"
    strict = type(client)(enforce_csrf_checks=True)
    assert strict.post(door, body, content_type="application/json").status_code == 403
    answered = strict.post(door, body, content_type="application/json", headers=headers)
    assert (answered.status_code, answered.json()) == (200, {"result": "applied"})
    assert strict.post("/thanh-toan/phan-hoi/khong-co/", body, content_type="application/json").status_code == 404


def test_the_demo_pages_are_not_there_without_sample_data(client, ward, sample):
    payment = started(bill(ward))
    payment_page = f"/cong-thanh-toan-mau/{payment.reference}/"
    SampleAccount.objects.all().delete()
    assert client.get(payment_page).status_code == 404
    assert client.post(payment_page, {"outcome": "success"}).status_code == 404
