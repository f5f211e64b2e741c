"""Pictures that a program names by an address."""

from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Thread

import pytest
from django.test import Client
from django.utils.timezone import now
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.files.fetching import Guard, NotFetched
from tinhso.blocks.files.reading import open_file
from tinhso.blocks.files.tests.test_stripping import photo
from tinhso.kernel.events import Event
from tinhso.services.reports.models import LinkedPicture, Photo, Report
from tinhso.services.reports.open311.actions import add_key
from tinhso.services.reports.open311.pictures import fetch_named, fetch_one
from tinhso.services.reports.tests.conftest import Staff
from tinhso.services.reports.tests.test_staff_screens import signed_in

URL = "https://anh.vidu.example/1.jpg"


@pytest.fixture
def named(town: Town, staff: Staff) -> Callable[[], LinkedPicture]:
    """A report is handed in with an address of a picture, twice by the same key of the client's."""

    def send() -> LinkedPicture:
        _key, secret = add_key("Ứng dụng thử", by=None)
        form = {"api_key": secret, "service_code": "PA-ANTT.pothole", "address_string": "Trước chợ", "media_url": URL}
        for _time in range(2):
            answer = Client().post("/open311/v2/requests.json", form, headers={"Idempotency-Key": "1"})
            assert answer.status_code == 200
        return LinkedPicture.objects.get()

    return send


@pytest.fixture
def served() -> object:
    """`served(content)`: a guard that lets through a site which answers so."""
    servers = []

    def serve(content: bytes) -> Guard:
        class Site(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_told: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        loopback = ip_address("127.0.0.1")
        return Guard(("http",), 10**7, 10, lambda _s: server.server_port, lambda _h, _p: [loopback], lambda _a: True)

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_an_address_is_shown_and_not_fetched_where_the_operator_has_not_opened_the_way(
    named: Callable[[], LinkedPicture], staff: Staff
) -> None:
    link = named()
    assert link.state == "off"
    fetch_one(link.pk, Guard())
    assert not Photo.objects.exists()
    page = signed_in(staff.desk).get(f"/phan-anh/xu-ly/{link.report.case.code}/").content.decode()
    assert URL in page
    assert "cài đặt không cho" in page
    assert URL not in link.report.case.form.answers["matter"]["text"]


def test_a_picture_is_kept_without_what_the_camera_wrote(
    named: Callable[[], LinkedPicture], served: Callable[[bytes], Guard], settings: object
) -> None:
    settings.OPEN311_FETCH = "https"  # type: ignore[attr-defined]
    link = named()
    assert link.state == "waiting"
    LinkedPicture.objects.update(url="http://anh.vidu.example/ổ-gà.jpg")
    guard = served(photo())
    for _time in range(2):
        fetch_one(link.pk, guard)
    kept = Photo.objects.get()
    link.refresh_from_db()
    assert (link.state, link.photo, kept.public) == ("kept", kept, False)
    with open_file(kept.file) as file, Image.open(file) as image:
        assert not image.getexif().get_ifd(0x8825)


@pytest.mark.parametrize("content", [b"<script>", b"GIF89a....", b""])
def test_what_is_no_picture_is_refused_with_its_reason(
    named: Callable[[], LinkedPicture], served: Callable[[bytes], Guard], settings: object, content: bytes
) -> None:
    settings.OPEN311_FETCH = "https"  # type: ignore[attr-defined]
    link = named()
    LinkedPicture.objects.update(url="http://anh.vidu.example/1.jpg")
    fetch_one(link.pk, served(content))
    link.refresh_from_db()
    assert (link.state, link.why, str(link.why_said)) == ("refused", "file", "không phải ảnh hoặc video nhận được")
    assert not Photo.objects.exists()


def test_a_network_that_fails_is_tried_three_times(named: Callable[[], LinkedPicture], settings: object) -> None:
    settings.OPEN311_FETCH = "https"  # type: ignore[attr-defined]
    link = named()

    def nobody(_host: str, _port: int) -> list[object]:
        raise OSError

    guard = Guard(resolve=nobody)  # type: ignore[arg-type]
    for _time in range(2):
        with pytest.raises(NotFetched):
            fetch_one(link.pk, guard)
    fetch_one(link.pk, guard)  # given up, with the reason
    link.refresh_from_db()
    assert (link.state, link.why, link.tries) == ("refused", "network", 3)
    assert Report.objects.get().case.code


def test_a_host_that_lets_one_wait_holds_up_no_other_event(named: Callable[[], LinkedPicture], settings: object) -> None:
    settings.OPEN311_FETCH = "https"  # type: ignore[attr-defined]
    link = named()
    fetch_named(Event("reports.picture_named", "reports.linkedpicture", str(link.pk), None, {}))
    job = ProcrastinateJob.objects.get(queue_name="fetch")
    assert (job.lock, job.args) == ("open311.fetch", {"number": link.pk})
    link.refresh_from_db()
    assert (link.state, link.tries) == ("waiting", 0)


def test_a_picture_that_did_not_come_within_a_day_is_not_said_to_be_on_its_way(
    named: Callable[[], LinkedPicture], staff: Staff, settings: object
) -> None:
    settings.OPEN311_FETCH = "https"  # type: ignore[attr-defined]
    link = named()
    address, desk = f"/phan-anh/xu-ly/{link.report.case.code}/", signed_in(staff.desk)
    assert "đang tải" in desk.get(address).content.decode()
    Case.objects.filter(pk=link.report_id).update(submitted_at=now() - timedelta(days=2))
    page = desk.get(address).content.decode()
    assert "không tải được" in page
    assert "đang tải" not in page
