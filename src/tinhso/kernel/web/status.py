"""The state of every part, as the system-status page and `tinhso check` show it."""

import logging

from tinhso.kernel.manifest import Check, ServiceConfig, services

logger = logging.getLogger(__name__)


def all_checks() -> list[tuple[ServiceConfig, Check]]:
    """Every application's checks, in menu order. One that breaks is reported as failed and stops no other."""
    found = []
    for config in services():
        try:
            found += [(config, check) for check in config.checks()]
        except Exception as error:
            logger.exception("check of %s", config.label)
            found.append((config, Check(config.label, "failed", type(error).__name__)))
    return found
