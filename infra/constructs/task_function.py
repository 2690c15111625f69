"""A Lambda function: code, role, log group and alarm, with the rights of the catalogue and no others."""

from collections.abc import Iterable, Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from infra import names
from infra.catalogue import CATALOGUE, Rights
from infra.constructs.accepted import accept
from infra.constructs.platform import ARCHITECTURE, NOT_CODE, RUNTIME, Platform, lookup


class FunctionMissingError(FileNotFoundError):
    """The catalogue names a function that nobody has written."""


class TaskFunction(lambda_.Function):
    """One folder of `functions/`.

    `tables` are tables of the same stack, name by name; all others are looked up.
    Raises FunctionMissingError when the folder holds no handler.py.
    """

    def __init__(
        self,
        platform: Platform,
        *,
        folder: str,
        tables: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        statements: Iterable[iam.PolicyStatement] = (),
    ) -> None:
        rights = CATALOGUE[folder]
        source = platform.settings.root / "functions" / folder
        if not (source / "handler.py").is_file():
            raise FunctionMissingError(f"functions/{folder}/handler.py does not exist")
        name = names.function_name(folder)
        access = _Access(platform, rights, tables or {})
        log_group = platform.log_group(f"{names.camel(folder)}Log", f"/aws/lambda/{name}")
        super().__init__(
            platform.stack,
            names.camel(folder),
            function_name=name,
            description=f"functions/{folder}",
            code=lambda_.Code.from_asset(str(source), exclude=NOT_CODE),
            handler="handler.handler",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            layers=list(platform.layers),
            role=_role(platform, folder, log_group),
            log_group=log_group,
            timeout=cdk.Duration.seconds(rights.timeout),
            memory_size=rights.memory,
            tracing=lambda_.Tracing.ACTIVE,
            environment={**access.environment(), **(environment or {})},
        )
        for statement in (*access.statements(), *statements):
            self.add_to_role_policy(statement)
        platform.functions.append(name)
        _accept_findings(self, rights)
        platform.alarm(
            f"{names.camel(folder)}Errors",
            self.metric_errors(period=cdk.Duration.minutes(5)),
            above=0,
            meaning=f"{name} raised: business outcomes are values, so every exception is a fault.",
        )

    def invocation(self) -> iam.PolicyStatement:
        """The right to call exactly this function (a grant would add every version of it)."""
        return iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[self.function_arn])


def _role(platform: Platform, folder: str, log_group: logs.LogGroup) -> iam.Role:
    role = iam.Role(
        platform.stack,
        f"{names.camel(folder)}Role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        description=f"Rights of functions/{folder}",
    )
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group.log_group_arn]
        )
    )
    return role


class _Access:
    """The rights of one function as IAM statements, and the names it needs as environment."""

    def __init__(self, platform: Platform, rights: Rights, own: Mapping[str, str]) -> None:
        self._platform = platform
        self._rights = rights
        self._tables = {
            table: own[table] if table in own else lookup(platform.stack, names.table(table))
            for table in rights.tables
        }

    def environment(self) -> dict[str, str]:
        told = self._tables if self._rights.told_tables else {}
        variables = {f"{table.upper()}_TABLE": name for table, name in told.items()}
        partner = self._rights.partner
        if partner:
            variables[f"{partner.upper()}_URL"] = lookup(self._platform.stack, names.partner_url(partner))
            variables["PARTNER_SECRET"] = names.PARTNER_SECRET
        return variables

    def statements(self) -> Iterable[iam.PolicyStatement]:
        for table, actions in self._rights.tables.items():
            yield self._on_table(table, actions)
        if self._rights.indexes:
            yield self._on_indexes()
        if self._rights.partner:
            yield iam.PolicyStatement(
                actions=["secretsmanager:GetSecretValue"],
                resources=[_partner_secret(self._platform.stack)],
            )
        if self._rights.completes_tasks:
            # A task token names no resource: IAM knows these actions on `*` only.
            yield iam.PolicyStatement(
                actions=[f"states:{action}" for action in self._rights.completes_tasks], resources=["*"]
            )
        services = [*(["dynamodb"] * bool(self._tables)), *(["secretsmanager"] * bool(self._rights.partner))]
        if services:
            yield self._platform.key_statement(services)

    def _on_table(self, table: str, actions: str) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            actions=[f"dynamodb:{action}" for action in actions.split()],
            resources=[self._platform.table_arn(self._tables[table])],
        )

    def _on_indexes(self) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            actions=["dynamodb:Query"],
            resources=[
                f"{self._platform.table_arn(self._tables[table])}/index/{index}"
                for table, indexes in self._rights.indexes.items()
                for index in indexes
            ],
        )


def _accept_findings(function: TaskFunction, rights: Rights) -> None:
    traces = "X-Ray's PutTraceSegments and PutTelemetryRecords know no resource but *."
    tokens = " SendTaskSuccess and SendTaskFailure know no resource but *: a token names none."
    accept(
        function.role or function,
        traces + (tokens if rights.completes_tasks else ""),
        "AwsSolutions-IAM5[Resource::*]",
    )
    accept(
        function,
        "Called synchronously (API, workflow, queue and stream mappings), where the caller keeps what "
        "failed; the scheduled ones are called again a minute later.",
        "Serverless-LambdaDLQ",
        "Serverless-LambdaAsyncFailureDestination",
    )


def _partner_secret(stack: cdk.Stack) -> str:
    """Secrets Manager ends an ARN with six characters of its own; the name is ours."""
    return stack.format_arn(
        service="secretsmanager",
        resource="secret",
        resource_name=f"{names.PARTNER_SECRET}-??????",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
