"""Machine identities: one Cognito client per sales channel, and those of our own people.

There are no human users in this pool, so what protects passwords does not apply to it.
"""

import json
from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from oms.contracts.api import ALL_CHANNELS, CHANNELS, SCOPE_SERVER, SCOPES

from infra import names
from infra.constructs.accepted import accept
from infra.constructs.platform import lookup, publish
from infra.settings import Settings

CLIENT_SCOPES: dict[str, tuple[str, ...]] = {
    **{
        channel: tuple(s for s in SCOPES if s.startswith("orders.") or s == "inventory.read")
        for channel in CHANNELS
    },
    "warehouse": tuple(s for s in SCOPES if s.startswith(("fulfilment.", "inventory."))),
    "operations": tuple(SCOPES),
}
"""Client -> the scopes it may ask for."""


class Identity:
    """The user pool, its token host and its clients."""

    def __init__(self, stack: cdk.Stack, *, settings: Settings) -> None:
        self._stack = stack
        self.pool = self._pool(settings)
        self._domain(settings)
        self._server, self._scopes = self._resource_server()
        self.clients = {name: self._client(name, scopes) for name, scopes in CLIENT_SCOPES.items()}
        publish(stack, names.USER_POOL, self.pool.user_pool_id)
        publish(stack, names.CHANNELS, self._channels())
        for name, client in self.clients.items():
            publish(stack, names.client_id(name), client.user_pool_client_id)

    @property
    def issuer(self) -> str:
        """The `iss` of every token, on AWS and locally."""
        return f"https://cognito-idp.{self._stack.region}.amazonaws.com/{self.pool.user_pool_id}"

    @property
    def audience(self) -> Iterable[str]:
        return [client.user_pool_client_id for client in self.clients.values()]

    def _pool(self, settings: Settings) -> cognito.UserPool:
        pool = cognito.UserPool(
            self._stack,
            "Clients",
            user_pool_name=names.PREFIX,
            self_sign_up_enabled=False,
            account_recovery=cognito.AccountRecovery.NONE,
            password_policy=cognito.PasswordPolicy(
                min_length=16,
                require_digits=True,
                require_lowercase=True,
                require_symbols=True,
                require_uppercase=True,
            ),
            deletion_protection=not settings.local,
            removal_policy=cdk.RemovalPolicy.DESTROY if settings.local else cdk.RemovalPolicy.RETAIN,
        )
        accept(
            pool,
            "Machine clients only: nobody signs in, so there is no sign-in to harden.",
            "AwsSolutions-COG2",
            "AwsSolutions-COG3",
            "AwsSolutions-COG8",
        )
        return pool

    def _domain(self, settings: Settings) -> None:
        prefix = f"{settings.domain_prefix}-{self._stack.account}"
        self.pool.add_domain("TokenHost", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix))
        host = f"https://{prefix}.auth.{self._stack.region}.amazoncognito.com"
        if settings.local:
            host = lookup(self._stack, names.LOCAL_ENDPOINT)
        publish(self._stack, names.TOKEN_URL, f"{host}/oauth2/token")

    def _resource_server(
        self,
    ) -> tuple[cognito.UserPoolResourceServer, dict[str, cognito.ResourceServerScope]]:
        scopes = {
            name: cognito.ResourceServerScope(scope_name=name, scope_description=description)
            for name, description in SCOPES.items()
        }
        server = self.pool.add_resource_server(
            "Scopes",
            identifier=SCOPE_SERVER,
            user_pool_resource_server_name="Holdfast",
            scopes=list(scopes.values()),
        )
        return server, scopes

    def _client(self, name: str, scopes: Iterable[str]) -> cognito.UserPoolClient:
        return self.pool.add_client(
            names.camel(name),
            user_pool_client_name=name,
            generate_secret=True,
            access_token_validity=cdk.Duration.hours(1),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(client_credentials=True),
                scopes=[cognito.OAuthScope.resource_server(self._server, self._scopes[s]) for s in scopes],
            ),
        )

    def _channels(self) -> str:
        """Client id -> `channel`, or `client=*` for one that serves all channels, as the functions read it."""
        return json.dumps(
            {
                client.user_pool_client_id: name if name in CHANNELS else f"{name}={ALL_CHANNELS}"
                for name, client in self.clients.items()
            }
        )
