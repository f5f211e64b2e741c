"""What all tests stand on beyond `tinhso.config.testing`; here, because pytest-django's own fixture would win over one there."""

import pytest
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    """The test database of each process is a copy of one that was migrated once; `--reuse-db` keeps what there is."""
    from django.db import connection

    from tinhso.config.tests.template import migrated_template

    if django_db_createdb or not django_db_keepdb:
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = migrated_template()
