"""The program's log: to stderr, ids and states only. Libraries may not say what they
saw.
"""

from __future__ import annotations

import linecache
import logging
import re
import secrets
import sys
from types import TracebackType
from typing import Literal

OURS = ("bot", "scheduler", "storage", "anonymizer", "dialogs")
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class OursOnly(logging.Filter):
    """Lets our own loggers through, and of all others only that something went wrong:
    where, by the kind of its error, and in the library's own words as far as they stand
    in its code. Words that were made while running may quote anything.

    At DEBUG, servers, parsers and drivers log peers' addresses, headers and values.
    Their words are dropped here, at the handler, which no level set by a library gets
    around.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        # a traceback's last line quotes values
        failed = record.exc_info
        record.exc_info = record.exc_text = record.stack_info = None
        if record.name.partition(".")[0] in OURS:
            return True
        if record.levelno < logging.WARNING:
            return False
        place = f"line {record.lineno} of {record.module}"
        told = [f"a library reports trouble at {place}"]
        if _is_constant(record):
            told.append(str(record.msg))
        if failed and failed[0] is not None:
            told.append(f"{failed[0].__name__} in {_innermost(failed[2])}")
        record.msg = "%s"
        record.args = (": ".join(told),)
        return True


def _is_constant(record: logging.LogRecord) -> bool:
    """Whether its words, before any value was put in, stand in the library's code as
    they are, on one line.
    """
    words = record.msg
    if not isinstance(words, str) or not re.search("[A-Za-z]{3}", words):
        return False
    written = linecache.getlines(record.pathname)
    return any(f'"{words}"' in line or f"'{words}'" in line for line in written)


def start(level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]) -> None:
    """Set logging up for the whole process; what was set up before is replaced."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(FORMAT))
    handler.addFilter(OursOnly())
    logging.captureWarnings(True)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    sys.excepthook = _content_free


def _content_free(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """What nobody caught ends the program with its type and place; its message may hold
    anything.
    """
    print(f"jianfu: {kind.__name__} in {_innermost(trace)}", file=sys.stderr)


def incident(log: logging.Logger, error: Exception, doing: str) -> str:
    """Write down that a bug of ours showed, by its type and place; its words stay out.

    doing: what went wrong, in our own words ("ringing"); never a value.
    Returns: the incident's id, 8 random hex digits, to be told to who was concerned.
    """
    id = secrets.token_hex(4)
    kind = type(error).__name__
    log.error("incident %s: %s: %s in %s", id, doing, kind, where(error))
    return id


def where(error: Exception) -> str:
    """The innermost line, which names our code and never a value."""
    return _innermost(error.__traceback__)


def _innermost(trace: TracebackType | None) -> str:
    if trace is None:
        return "nowhere"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}"
