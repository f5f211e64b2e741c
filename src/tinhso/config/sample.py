"""The sample province: realistic data of every application that has a `demo.py`, made through the applications' own actions."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from django.db import transaction

from tinhso.kernel.manifest import services

Report = Callable[[str], None]


def load_sample(report: Report) -> None:
    """Call `load(report)` of every application's `demo.py`, in the order of the manifests. All or nothing.

    Args:
        report: called with a short text at each piece of progress.
    """
    with transaction.atomic():
        for config in services():
            if find_spec(f"{config.name}.demo"):
                report(str(config.manifest.title))
                import_module(f"{config.name}.demo").load(report)
