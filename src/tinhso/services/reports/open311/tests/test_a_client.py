"""Somebody else's client, as PyPI has it, against the running product."""

import json
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.utils.timezone import now
from pytest_django.live_server_helper import LiveServer

from tinhso.blocks.cases.tests.conftest import make_town
from tinhso.services.reports.actions.moderating import publish
from tinhso.services.reports.catalogue import install_fields
from tinhso.services.reports.models import Report
from tinhso.services.reports.open311.actions import add_key

georeport = pytest.importorskip("georeport", reason="scripts/setup dev installs it")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_a_client_reads_services_and_what_was_handed_in(live_server: LiveServer, kind: str) -> None:
    make_town()
    install_fields()
    root = f"{live_server.url}/open311/v2"
    client = georeport.GeoReport(root, jurisdiction=settings.OPEN311_JURISDICTION, output_format=kind)
    (service,) = [one for one in client.get_service_list() if one["service_code"] == "PA-ANTT.pothole"]
    assert client.get_service_definition(service["service_code"])["service_code"] == "PA-ANTT.pothole"

    form = {"api_key": add_key("Ứng dụng", by=None)[1], "service_code": "PA-ANTT.pothole", "lat": "10.36", "long": "106.36"}
    request = Request(f"{root}/requests.json", urlencode({**form, "description": "Ổ gà <b>sâu</b> & rộng"}).encode())
    with urlopen(request) as answer:
        number = json.load(answer)[0]["service_request_id"]
    publish(Report.objects.get(), by=None, text="Ổ gà <b>sâu</b> & rộng", at=now())

    found = client.get_service_request(number)
    assert (found["service_request_id"], found["status"]) == (number, "open")
    assert found["description"] == "Ổ gà <b>sâu</b> & rộng"
    assert float(found["lat"]) == 10.36
    listed = client.get_service_requests(service_code="PA-ANTT.pothole", status="open")
    assert (listed if kind == "xml" else listed[0])["service_request_id"] == number
