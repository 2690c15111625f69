"""All of Holdfast on the local AWS, as a client meets it."""

import json

import httpx
import pytest

from infra import names
from infra.constructs.identity import CLIENT_SCOPES
from infra.stacks.upkeep import CONSUMERS
from ops.local import Launched, TokenRefusedError, client, deploy, read_outputs, token
from ops.local.prune import UNSUPPORTED
from tests.local.conftest import SECRETS


def _get(holdfast: Launched, path: str, machine: str | None, scopes: tuple[str, ...] = ()) -> httpx.Response:
    headers = {}
    if machine:
        outputs = holdfast.outputs
        headers["Authorization"] = f"Bearer {token(outputs.token_url, outputs.clients[machine], scopes)}"
    return httpx.get(holdfast.outputs.api_url + path, headers=headers, timeout=30)


def test_every_output_is_there(holdfast: Launched) -> None:
    outputs = holdfast.outputs
    assert set(outputs.clients) == set(CLIENT_SCOPES)
    assert all(machine.secret for machine in outputs.clients.values())
    assert set(outputs.tables) == set(names.TABLES)
    assert set(outputs.workflows) == {"order-capture", "assess-order"}
    assert {names.kebab(consumer) for consumer in CONSUMERS} <= set(outputs.queues)
    assert read_outputs(outputs.endpoint) == outputs


def test_secrets_do_not_show_when_outputs_are_printed(holdfast: Launched) -> None:
    shown = repr(holdfast.outputs)
    assert not [m for m in holdfast.outputs.clients.values() if m.secret in shown]


def test_what_the_local_aws_lacks_is_reported_and_nothing_else(holdfast: Launched) -> None:
    assert {pruned.type for pruned in holdfast.deployment.pruned} == set(UNSUPPORTED)


def test_time_is_accounted_for(holdfast: Launched) -> None:
    assert set(holdfast.seconds) == {"synth", "engine", "deploy", "outputs"}
    assert len(holdfast.deployment.stacks) == 9


def test_deploying_again_is_a_no_op(holdfast: Launched) -> None:
    again = deploy(holdfast.assembly.path, holdfast.outputs.endpoint)
    assert not again.changed


def test_functions_find_the_partners_credentials(holdfast: Launched) -> None:
    secrets = client("secretsmanager", holdfast.outputs.endpoint)
    stored = secrets.get_secret_value(SecretId=names.PARTNER_SECRET)["SecretString"]
    assert json.loads(stored) == SECRETS


def test_whoever_brings_no_token_is_turned_away(holdfast: Launched) -> None:
    assert _get(holdfast, "/v1/availability?sku=A", None).status_code == 401


def test_a_token_opens_the_routes_of_its_scope_only(holdfast: Launched) -> None:
    assert _get(holdfast, "/v1/availability?sku=A", "web", ("inventory.read",)).status_code == 200
    assert _get(holdfast, "/v1/availability?sku=A", "web", ("orders.read",)).status_code == 403


def test_a_client_gets_no_scope_that_is_not_its_own(holdfast: Launched) -> None:
    outputs = holdfast.outputs
    with pytest.raises(TokenRefusedError, match="web"):
        token(outputs.token_url, outputs.clients["web"], ("fulfilment.write",))


def test_a_function_gets_through_to_its_table_with_the_rights_it_has(holdfast: Launched) -> None:
    answer = _get(holdfast, "/v1/orders?status=RECEIVED", "web")
    assert answer.status_code == 200, answer.text
