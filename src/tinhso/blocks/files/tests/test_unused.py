"""Files nobody needs go after a while; whatever is referred to stays."""

from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils.timezone import now

from tinhso.blocks.files.actions import remove_unused_file, store_bytes
from tinhso.blocks.files.jobs import remove_unused_files
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.reading import read_file
from tinhso.kernel.audit.models import AuditEntry


def stored(content: bytes = b"%PDF-1.7", *, days: float = 8) -> StoredFile:
    """A file of that age."""
    file = store_bytes("giay.pdf", content, "application/pdf")
    StoredFile.objects.filter(pk=file.pk).update(created_at=now() - timedelta(days=days))
    return file


def clean() -> None:
    remove_unused_files(int(now().timestamp()))


@pytest.mark.django_db
def test_an_old_file_that_nothing_refers_to_goes_with_its_content_and_leaves_an_audit_row() -> None:
    file = stored(b"bo di")
    clean()
    assert not StoredFile.objects.filter(pk=file.pk).exists()
    assert not default_storage.exists(file.path)
    assert AuditEntry.objects.filter(event="files.removed", object_id=str(file.pk)).exists()


@pytest.mark.django_db
def test_a_file_of_this_week_stays() -> None:
    file = stored(days=6.9)
    clean()
    assert read_file(file) == b"%PDF-1.7"


@pytest.mark.django_db
def test_content_that_another_file_shares_stays() -> None:
    old, young = stored(b"chung"), stored(b"chung", days=1)
    clean()
    assert list(StoredFile.objects.filter(pk__in=[old.pk, young.pk])) == [young]
    assert read_file(young) == b"chung"


@pytest.mark.django_db
def test_one_file_that_cannot_be_removed_does_not_keep_the_others() -> None:
    stuck, other = stored(b"ket"), stored(b"khac")
    place = Path(default_storage.path(stuck.path))
    place.unlink()
    place.mkdir()  # what a broken disk or a stranger might leave
    (place / "x").touch()
    clean()
    assert list(StoredFile.objects.filter(pk__in=[stuck.pk, other.pk])) == [stuck]


@pytest.mark.django_db(transaction=True)
def test_content_that_is_being_uploaded_again_just_now_stays() -> None:
    old = stored(b"dang tai lai")
    uploaded, finish = Event(), Event()

    def upload_again() -> None:
        try:
            with transaction.atomic():
                store_bytes("lai.pdf", b"dang tai lai", "application/pdf")
                uploaded.set()
                finish.wait(10)
        finally:
            connection.close()

    def remove() -> None:
        try:
            remove_unused_file(old.pk)
        finally:
            connection.close()

    uploader, remover = Thread(target=upload_again), Thread(target=remove)
    uploader.start()
    assert uploaded.wait(10)
    remover.start()
    remover.join(0.3)
    assert remover.is_alive(), "it waits until the upload is there or not"
    finish.set()
    uploader.join(10)
    remover.join(10)
    assert StoredFile.objects.get().name == "lai.pdf"
    assert read_file(StoredFile.objects.get()) == b"dang tai lai"
