"""Findings of cdk-nag that stand, each with its reason.

A finding is acknowledged at the construct that causes it, never for the whole app.
"""

import aws_cdk as cdk
from constructs import IConstruct


def accept(construct: IConstruct, reason: str, *findings: str) -> None:
    """Let `findings` stand on `construct` and below, for `reason`."""
    cdk.Validations.of(construct).acknowledge(
        *(cdk.Acknowledgment(id=finding, reason=reason) for finding in findings)
    )
