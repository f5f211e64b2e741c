"""Service tasks of the fields' processes, registered with the worker and whoever checks a folder."""

from tinhso.services.reports.actions import escalating

__all__ = ["escalating"]
