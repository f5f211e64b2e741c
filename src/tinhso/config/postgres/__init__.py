"""The product's own PostgreSQL cluster.

Without `DATABASE_URL` the product keeps a cluster in `var/postgres`, made by the distribution's programs and reachable through a
Unix socket only. Whoever needs it takes a lease:

    with lease():
        ...

The first lease starts a keeper process, which runs the server. When the last lease is gone the keeper stops the server; a lease
is a shared file lock, so the operating system ends it even for a holder that was killed. So `make run`, `make test` and single
commands share one server, whoever comes first, and nothing is left behind.

Who may connect: the socket's folder is closed to other users, and `peer` authentication opens only two roles to the user of this
installation: `tinhso_owner` owns the schema, `tinhso_app` runs the application. The superuser `postgres` is open to the server's
own user. PostgreSQL refuses to run as root, so as root it runs as the distribution's user `postgres`; where that user cannot
reach the checkout, the data lives below `/var/lib/tinhso/`.

Needs nothing but the standard library.
"""

from tinhso.config.postgres.leases import ensure_running, lease, server_ready
from tinhso.config.postgres.making import empty_database
from tinhso.config.postgres.place import APP, DATABASE, OWNER, Place, binaries, cluster_socket, exists, owner_url

__all__ = [
    "APP",
    "DATABASE",
    "OWNER",
    "Place",
    "binaries",
    "cluster_socket",
    "empty_database",
    "ensure_running",
    "exists",
    "lease",
    "owner_url",
    "server_ready",
]
