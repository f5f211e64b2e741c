import io

import pytest

ADDRESS = "/xac-thuc/"
BOUNDARY = "x"
HEAD = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n').encode()


class Endless(io.RawIOBase):
    """A body that counts what was read of it."""

    def __init__(self, size: int) -> None:
        self.left, self.most_at_once = size, 0

    def read(self, size: int = -1) -> bytes:
        size = self.left if size < 0 else min(size, self.left)
        self.left -= size
        self.most_at_once = max(self.most_at_once, size)
        return bytes(size)


def send(client, size: int, **headers):
    body = Endless(size)
    extra = {"wsgi.input": body, "CONTENT_LENGTH": str(size), "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}"}
    return client.generic("POST", ADDRESS, **extra, **headers), body


@pytest.mark.django_db
def test_an_upload_of_50_mb_gets_a_page_people_understand(client):
    response, body = send(client, 50 * 1024 * 1024)
    assert response.status_code == 413
    page = response.content.decode()
    assert "quá lớn" in page
    assert "20 MB" in page
    assert body.most_at_once <= 256 * 1024


@pytest.mark.django_db
def test_a_program_gets_problem_details(client):
    response, _body = send(client, 50 * 1024 * 1024, HTTP_ACCEPT="application/json")
    assert response.status_code == 413
    assert response.json()["code"] == "too_large"


@pytest.mark.django_db
def test_of_an_absurd_upload_nothing_is_read(client):
    response, body = send(client, 5 * 1024**3)
    assert response.status_code == 413
    assert body.most_at_once == 0
