"""What the environment of a function may say, by name. A missing name fails the first call that needs it."""

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Final

from oms.kernel.errors import BrokenInvariant

RATE_UNSET: Final = "25"


def required(name: str) -> str:
    """The variable. Raises BrokenInvariant where the deployment forgot it."""
    value = os.environ.get(name, "")
    if not value:
        raise BrokenInvariant(f"the function's environment lacks {name}")
    return value


@cache
def clients() -> Mapping[str, str]:
    """Client id → the channel it sells for, or `name=*` for one that serves them all."""
    found: Mapping[str, str] = json.loads(required("CHANNELS"))
    return found


def admission_rate() -> int:
    """Order workflows to start per second, by one worker."""
    return int(os.environ.get("ADMISSION_RATE", RATE_UNSET))


def function_name() -> str:
    """The deployed name of the function, as Lambda tells it; outside Lambda there is none."""
    return os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "nobody")
