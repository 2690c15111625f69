"""The partners' credentials: one secret, read at first use and kept for the life of the worker."""

import json
from collections.abc import Mapping
from functools import cache

from oms.aws.errors import translated
from oms.wiring.clients import client
from oms.wiring.settings import required


@cache
def credentials() -> Mapping[str, str]:
    """Raises Throttled and StoreUnavailable."""
    with translated():
        answer = client("secretsmanager").get_secret_value(SecretId=required("PARTNER_SECRET"))
    secret: Mapping[str, str] = json.loads(answer["SecretString"])
    return secret
