"""Technical failures. Business outcomes are values and never appear here.

HoldfastError                       code, owner
├── Retryable                       safe to repeat as it is
│   ├── WriteConflict               somebody else wrote first: read again, decide again
│   ├── Throttled                   the store or a partner asks us to slow down
│   └── PartnerUnavailable          the partner did not take the request: nothing happened there
├── OutcomeUnknown                  the partner may or may not have acted: look up, never repeat blindly
├── PartnerRejected                 the partner refused the request as malformed: our defect
└── BrokenInvariant                 our own data contradicts itself: stop, do not guess

Every one of them is raised, retried by exactly one layer (the workflow for tasks,
the queue for consumers) and then parked as an exception for its owner.
"""

from collections.abc import Callable
from typing import ClassVar, Literal

Owner = Literal["support", "engineering"]
Trouble = Callable[[str, Exception], None]
"""Is told what went wrong with one of many, by its name, where the others go on."""


class HoldfastError(Exception):
    """Base of all technical failures; `code` is stable, `owner` is who repairs it."""

    code: ClassVar[str] = "internal_error"
    owner: ClassVar[Owner] = "engineering"


class Retryable(HoldfastError):
    """Nothing is lost and nothing was half done: repeat."""

    code = "retryable"


class WriteConflict(Retryable):
    """A conditional write lost against a newer version."""

    code = "write_conflict"


class Throttled(Retryable):
    """Too many requests; wait before the next one."""

    code = "throttled"


class PartnerUnavailable(Retryable):
    """The partner refused or never received the request."""

    code = "partner_unavailable"


class OutcomeUnknown(HoldfastError):
    """The request left, no trustworthy answer came back."""

    code = "outcome_unknown"


class PartnerRejected(HoldfastError):
    """The partner understood the request and calls it wrong (4xx)."""

    code = "partner_rejected"


class BrokenInvariant(HoldfastError):
    """Stored data contradicts a law of the domain."""

    code = "broken_invariant"
