"""One line per event: key=value on a terminal, JSON otherwise. Never what somebody wrote."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

FRAMES = 8
REASON_CHARACTERS = 200
NOISY = ("asyncio", "mail.log", "_granian", "_granian.workers", "granian", "faker")

Event = MutableMapping[str, Any]


def configure(*, terminal: bool | None = None, level: int = logging.INFO) -> None:
    """Send everything that is logged, by structlog or by `logging`, to standard error as one line per event."""
    on_terminal = sys.stderr.isatty() if terminal is None else terminal
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _one_line_for_an_exception,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False)
        if on_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module: `log = logger(__name__)`, `log.info("message kept", message=17)`."""
    result: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return result


def _one_line_for_an_exception(_: object, __: str, event: Event) -> Event:
    """What was raised and where. No local variables, and of the reason the first line only: PostgreSQL's further
    lines show the row that failed."""
    given = event.pop("exc_info", None)
    if not given:
        return event
    error = given if isinstance(given, BaseException) else sys.exc_info()[1]
    if isinstance(given, tuple):
        error = given[1]
    if error is None:
        return event
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    event["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
    event["reason"] = (str(error).splitlines() or [""])[0][:REASON_CHARACTERS]
    event["at"] = " < ".join(f"{frame.filename}:{frame.lineno}({frame.name})" for frame in reversed(frames))
    return event
