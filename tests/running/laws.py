"""The laws of the domain, checked on everything a test session has done."""

from datetime import timedelta
from typing import Final

from ops.verify import check
from tests.running.system import System

_PATIENCE: Final = 240.0
"""Seconds: the sweeper finds what a stream lost after two minutes, and looks once a minute."""


def broken_laws(system: System) -> list[str]:
    """What does not add up once the system has come to rest; empty when all laws hold."""
    return check(system.stack, grace=timedelta(0), patience=_PATIENCE).violations
