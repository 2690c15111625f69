"""Clients for the local AWS, as its administrator."""

from typing import Any, Final

import boto3
from botocore.awsrequest import AWSRequest
from botocore.config import Config

REGION: Final = "us-east-1"
ACCOUNT: Final = "000000000000"
_ADMINISTRATOR: Final = "test"
"""The engine takes this key for the account's root; it guards nothing, being local."""


def client(service: str, endpoint: str) -> Any:
    """A boto3 client for `endpoint` (e.g. `http://127.0.0.1:4566`), with all rights.

    Every call has a time-out, so a hanging engine is an error and not a hang.
    """
    made = boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=_ADMINISTRATOR,
        aws_secret_access_key=_ADMINISTRATOR,
        config=Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 2},
            max_pool_connections=16,
            s3={"addressing_style": "path"},
        ),
    )
    made.meta.events.register(f"before-sign.{service}", _claim_tls)
    return made


def _claim_tls(request: AWSRequest, **_: Any) -> None:
    """Queues and topics deny whoever comes without TLS; on one machine there is none to come with."""
    request.headers["X-Forwarded-Proto"] = "https"
