"""What a fraud screening answers."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Verdict:
    """`decision` is REVIEW whenever the partner's answer is missing, unknown or unclear: fail to hold."""

    decision: Literal["ACCEPT", "REVIEW", "REJECT"]
    reference: str = ""
    """The partner's own id of the case."""
    score: int | None = None
    reason: str = ""
