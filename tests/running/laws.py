"""The laws of the domain, checked on everything a test session has done."""

from datetime import timedelta
from typing import Final

from ops.verify import check
from tests.running.system import System

_PATIENCE: Final = 120.0


def broken_laws(system: System) -> list[str]:
    """What does not add up once the system has come to rest; empty when all laws hold."""
    return check(system.stack, grace=timedelta(0), patience=_PATIENCE).violations
