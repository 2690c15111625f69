"""The front door: exactly the table of routes, each behind its scope."""

from oms.contracts.api import CHANNELS, ROUTES, SCOPE_SERVER, SCOPES

from infra import names
from infra.constructs.identity import CLIENT_SCOPES
from tests.infra.templates import Assembly


def test_the_api_has_the_routes_of_the_table_and_no_others(aws: Assembly) -> None:
    deployed = {
        route["RouteKey"]: (route["OperationName"], route["AuthorizationScopes"])
        for route in aws.all("AWS::ApiGatewayV2::Route")
    }
    assert deployed == {route.key: (route.operation, [route.full_scope]) for route in ROUTES}


def test_no_route_is_open(aws: Assembly) -> None:
    for route in aws.all("AWS::ApiGatewayV2::Route"):
        assert route["AuthorizationType"] == "JWT"
        assert route.resolve(route["AuthorizerId"]) == f"<{names.AUTHORIZER_ID}>"


def test_every_route_leads_to_the_function_of_its_line(aws: Assembly) -> None:
    functions = {f"holdfast-{names.kebab(route.function)}" for route in ROUTES}
    served = set()
    for integration in aws.all("AWS::ApiGatewayV2::Integration"):
        (function,) = (
            f
            for f in aws.all("AWS::Lambda::Function", stack=integration.stack)
            if integration.resolve(integration["IntegrationUri"]) == f"<{f.id}>"
        )
        assert integration["PayloadFormatVersion"] == "2.0"
        served.add(function["FunctionName"])
    assert served == functions


def test_only_our_own_clients_tokens_are_taken(aws: Assembly) -> None:
    (authorizer,) = aws.all("AWS::ApiGatewayV2::Authorizer")
    (pool,) = aws.all("AWS::Cognito::UserPool")
    jwt = authorizer.resolve(authorizer["JwtConfiguration"])
    assert jwt["Issuer"] == f"https://cognito-idp.<AWS::Region>.amazonaws.com/<{pool.id}>"
    assert set(jwt["Audience"]) == {f"<{client.id}>" for client in aws.all("AWS::Cognito::UserPoolClient")}


def test_clients_prove_themselves_and_may_ask_for_their_own_scopes_only(aws: Assembly) -> None:
    clients = {client["ClientName"]: client for client in aws.all("AWS::Cognito::UserPoolClient")}
    assert set(clients) == {*CHANNELS, "warehouse", "operations"}
    for name, client in clients.items():
        assert client["GenerateSecret"] is True
        assert client["AllowedOAuthFlows"] == ["client_credentials"]
        allowed = {scope.rsplit("/", 1)[1] for scope in client.resolve(client["AllowedOAuthScopes"])}
        assert allowed == set(CLIENT_SCOPES[name])


def test_sales_channels_neither_ship_nor_adjust_stock() -> None:
    for channel in CHANNELS:
        assert set(CLIENT_SCOPES[channel]) == {"orders.write", "orders.read", "inventory.read"}
    assert set(CLIENT_SCOPES["warehouse"]) == {
        "fulfilment.write",
        "fulfilment.read",
        "inventory.write",
        "inventory.read",
    }
    assert set(CLIENT_SCOPES["operations"]) == set(SCOPES)


def test_the_scopes_are_those_of_the_table(aws: Assembly) -> None:
    (server,) = aws.all("AWS::Cognito::UserPoolResourceServer")
    assert server["Identifier"] == SCOPE_SERVER
    assert {s["ScopeName"]: s["ScopeDescription"] for s in server["Scopes"]} == SCOPES


def test_calls_are_throttled_and_logged(aws: Assembly) -> None:
    (stage,) = aws.all("AWS::ApiGatewayV2::Stage")
    settings = stage["DefaultRouteSettings"]
    assert 0 < settings["ThrottlingRateLimit"] <= settings["ThrottlingBurstLimit"]
    assert stage["AccessLogSettings"]["DestinationArn"]
    assert "$context.status" in stage["AccessLogSettings"]["Format"]


def test_functions_learn_which_client_sells_for_which_channel(aws: Assembly) -> None:
    (channels,) = (p for p in aws.all("AWS::SSM::Parameter") if p["Name"] == names.CHANNELS)
    by_id = {client.id: client["ClientName"] for client in aws.all("AWS::Cognito::UserPoolClient")}
    text = channels.resolve(channels["Value"])
    for id_, name in by_id.items():
        expected = name if name in CHANNELS else f"{name}=*"
        assert f'"<{id_}>": "{expected}"' in text
