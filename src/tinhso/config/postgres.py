"""The product's own PostgreSQL cluster."""

from pathlib import Path

from tinhso.config.environment import data_dir


def cluster_socket() -> Path:
    """The folder of the cluster's socket."""
    return data_dir() / "postgres" / "socket"
