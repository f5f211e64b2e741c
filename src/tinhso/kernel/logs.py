"""Structured logs: one JSON line per event, with the correlation id. Never log personal data or secrets."""

import logging
import sys
from typing import Any

import structlog

from tinhso.kernel.correlation import correlation_id


def _add_correlation(logger: object, name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if current := correlation_id():
        event["correlation_id"] = current
    return event


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG callable. `config`: {"level": "INFO", "json": True}."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
        _add_correlation,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    render = structlog.processors.JSONRenderer(ensure_ascii=False) if config["json"] else structlog.dev.ConsoleRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                render,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(config["level"])
    for noisy in ("weasyprint", "fontTools", "pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(noisy).setLevel("ERROR")
    for chatty in ("procrastinate", "pikepdf"):
        logging.getLogger(chatty).setLevel("WARNING")
