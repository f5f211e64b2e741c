"""Where the database is: `DATABASE_URL`, else the product's own cluster in the data folder (see `config/postgres`)."""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tinhso.config.cursor import PREPARE_AFTER, PreparingCursor
from tinhso.config.postgres import cluster_socket

_PREPARED = {"server_side_binding": True, "cursor_factory": PreparingCursor, "prepare_threshold": PREPARE_AFTER}
ENGINE = "tinhso.config.postgis"


def database_settings() -> dict[str, Any]:
    """Django's settings of the default database.

    The application connects as the role `tinhso_app`, which may not alter the schema or the audit log; commands that migrate
    set `TINHSO_DB_ROLE=owner`.

    A pooler between us and the server that hands a connection on after each transaction needs `?prepare=off` in `DATABASE_URL`.
    """
    owner = os.environ.get("TINHSO_DB_ROLE") == "owner"
    url = (os.environ.get("DATABASE_OWNER_URL") if owner else None) or os.environ.get("DATABASE_URL")
    common = {
        "ENGINE": ENGINE,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": os.environ.get("TINHSO_TEST_DB", "test_tinhso")},
    }
    if url:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        prepare = query.pop("prepare", "on") != "off"
        return common | {
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.pop("host", None) or parts.hostname or "",
            "PORT": str(parts.port or ""),
            "OPTIONS": query | (_PREPARED if prepare else {}),
        }
    return common | {
        "NAME": "tinhso",
        "USER": "tinhso_owner" if owner else "tinhso_app",
        "HOST": str(cluster_socket()),
        "OPTIONS": _PREPARED,
    }
