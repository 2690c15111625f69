"""The HTTP API: one host, whose routes belong to the stacks that serve them.

The API, its stage and its authorizer stand in the foundation; each stack adds its own
routes. So a broken orders stack cannot take the inventory's routes down with it.
"""

import json
from urllib.parse import quote

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from oms.contracts.api import ROUTES

from infra import names
from infra.constructs.identity import Identity
from infra.constructs.platform import Platform, lookup, publish
from infra.settings import Settings

_STAGE = "$default"
_ACCESS_LOG = {
    "at": "$context.requestTimeEpoch",
    "request": "$context.requestId",
    "route": "$context.routeKey",
    "status": "$context.status",
    "client": "$context.authorizer.claims.client_id",
    "milliseconds": "$context.responseLatency",
    "function_milliseconds": "$context.integrationLatency",
    "error": "$context.error.message",
    "function_error": "$context.integrationErrorMessage",
}


class FrontDoor:
    """The API without routes. Throttled as a whole; each caller proves itself by a JWT of `identity`."""

    def __init__(
        self, stack: cdk.Stack, *, settings: Settings, identity: Identity, log_group: logs.LogGroup
    ) -> None:
        self.api = apigateway.CfnApi(stack, "Api", name=names.PREFIX, protocol_type="HTTP")
        # The L2 stage has no access log; its L1 does.
        apigateway.CfnStage(
            stack,
            "Stage",
            api_id=self.api.ref,
            stage_name=_STAGE,
            auto_deploy=True,
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=log_group.log_group_arn, format=json.dumps(_ACCESS_LOG)
            ),
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=settings.api_rate,
                throttling_burst_limit=settings.api_burst,
                detailed_metrics_enabled=True,
            ),
        )
        authorizer = apigateway.CfnAuthorizer(
            stack,
            "Authorizer",
            api_id=self.api.ref,
            name="clients",
            authorizer_type="JWT",
            identity_source=["$request.header.Authorization"],
            jwt_configuration=apigateway.CfnAuthorizer.JWTConfigurationProperty(
                issuer=identity.issuer, audience=list(identity.audience)
            ),
        )
        publish(stack, names.API_ID, self.api.ref)
        publish(stack, names.AUTHORIZER_ID, authorizer.ref)
        publish(stack, names.API_URL, self._url(stack, settings))

    def _url(self, stack: cdk.Stack, settings: Settings) -> str:
        if settings.local:
            return f"{lookup(stack, names.LOCAL_ENDPOINT)}/_aws/execute-api/{self.api.ref}/{quote(_STAGE)}"
        return f"https://{self.api.ref}.execute-api.{stack.region}.{stack.url_suffix}"


def add_routes(platform: Platform, *, folder: str, function: lambda_.Function) -> None:
    """Give `function` every route that the table names for its `folder`, each behind its scope."""
    stack = platform.stack
    api = lookup(stack, names.API_ID)
    integration = apigateway.CfnIntegration(
        stack,
        f"{names.camel(folder)}Integration",
        api_id=api,
        integration_type="AWS_PROXY",
        integration_uri=function.function_arn,
        payload_format_version="2.0",
    )
    for route in (route for route in ROUTES if route.function == folder):
        apigateway.CfnRoute(
            stack,
            f"{route.operation[0].upper()}{route.operation[1:]}Route",
            api_id=api,
            route_key=route.key,
            operation_name=route.operation,
            authorization_type="JWT",
            authorizer_id=lookup(stack, names.AUTHORIZER_ID),
            authorization_scopes=[route.full_scope],
            target=f"integrations/{integration.ref}",
        )
        function.add_permission(
            f"Allow{route.operation}",
            principal=iam.ServicePrincipal("apigateway.amazonaws.com"),
            source_arn=stack.format_arn(
                service="execute-api", resource=api, resource_name=f"*/{route.method}{route.path}"
            ),
        )
