"""Access tokens by client credentials, as any partner of Holdfast gets them."""

from collections.abc import Iterable

import httpx
from oms.contracts.api import SCOPE_SERVER

from ops.local.outputs import Client


class TokenRefusedError(Exception):
    """The client may not have these scopes, or is not who it says it is."""


def token(token_url: str, machine: Client, scopes: Iterable[str] = ()) -> str:
    """A JWT, valid for an hour. `scopes` are short (`orders.write`); none means all the client has.

    Raises TokenRefusedError; httpx.TransportError when nobody answers.
    """
    form = {"grant_type": "client_credentials"}
    wanted = " ".join(f"{SCOPE_SERVER}/{scope}" for scope in scopes)
    if wanted:
        form["scope"] = wanted
    answer = httpx.post(token_url, data=form, auth=(machine.id, machine.secret), timeout=10)
    if answer.status_code != httpx.codes.OK:
        raise TokenRefusedError(f"{machine.name}: {answer.status_code} {answer.text}")
    return str(answer.json()["access_token"])
