"""The web server: `python -m tinhso.config.web`; `tinhso run` starts it.

granian forks its workers. The application is loaded before that, once, with its addresses: the pages are there sooner, a worker
that fell is back at once, and the workers share the memory of what they only read.
"""

import gc
import os


def main() -> None:
    os.umask(0o077)  # uploads are nobody else's business on this machine
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tinhso.config.settings")
    from django.db import connections
    from django.urls import get_resolver
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from tinhso.config import wsgi

    assert wsgi.application  # noqa: S101 - loaded for its effect
    assert get_resolver().url_patterns  # noqa: S101
    connections.close_all()  # a connection must not be shared by two processes
    gc.collect()
    gc.freeze()  # what is loaded stays: looking through it at every collection would copy it into every worker
    gc.set_threshold(20_000, 50, 100)  # a request makes ten thousand things that go by themselves: not one look for each 700
    Server(
        "tinhso.config.wsgi:application",
        address=os.environ.get("HOST") or "127.0.0.1",
        port=int(os.environ.get("PORT") or 8000),
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("TINHSO_WEB_WORKERS") or 2),
        blocking_threads=int(os.environ.get("TINHSO_WEB_THREADS") or 4),
        websockets=False,
        backlog=2048,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()
