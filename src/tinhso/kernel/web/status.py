"""The state of every part, as the system-status page and `tinhso check` show it."""

import logging
from contextlib import nullcontext
from dataclasses import replace

from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.utils.translation import get_language

from tinhso.kernel.manifest import Check, ServiceConfig, services

logger = logging.getLogger(__name__)
_FRESH_SECONDS = 60


def all_checks() -> list[tuple[ServiceConfig, Check]]:
    """Every application's checks, in menu order. One that breaks is reported as failed and stops no other."""
    return [(config, check) for config in services() for check in _checks_of(config)]


def recent_checks() -> list[tuple[ServiceConfig, Check]]:
    """All checks, at most a minute old: the page is open to everybody, and some checks are slow."""
    key = f"web.checks.{get_language()}"  # a check speaks the reader's language
    found = cache.get_or_set(key, _to_show, _FRESH_SECONDS)
    return [(config, check) for label, check in found or () if isinstance(config := apps.get_app_config(label), ServiceConfig)]


def _to_show() -> list[tuple[str, Check]]:
    return [(config.label, replace(check, secret="")) for config, check in all_checks()]


def _checks_of(config: ServiceConfig) -> list[Check]:
    try:
        # within a transaction, a check whose query fails must not spoil it for what follows
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            return config.checks()
    except Exception as error:
        logger.exception("check of %s", config.label)
        return [Check(config.label, "failed", type(error).__name__)]
