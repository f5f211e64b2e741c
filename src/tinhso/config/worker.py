"""The background worker: runs the jobs of the queue. `python -m tinhso.config.worker`; `tinhso run` starts it."""

import os
from collections.abc import Callable
from typing import Any

import django
from django.db import close_old_connections


def _with_fresh_connection(call_next: Callable[[], Any], context: object, worker: object) -> Any:
    """What Django does around a request: a connection that the database dropped is replaced, not used for ever."""
    close_old_connections()
    try:
        return call_next()
    finally:
        close_old_connections()


def main() -> None:
    os.umask(0o077)  # documents and mail are nobody else's business on this machine
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tinhso.config.settings")
    django.setup()
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker(
            name="tinhso",
            concurrency=int(os.environ.get("TINHSO_JOBS_AT_ONCE") or 4),
            shutdown_graceful_timeout=8,
            delete_jobs="successful",
            listen_notify=False,  # nobody is told of a new job (ADR 23)
            fetch_job_polling_interval=0.5,
            task_middleware=[_with_fresh_connection],
        )


if __name__ == "__main__":
    main()
