"""What the engine itself can do: API, Lambda and one conditional write, with nothing of Holdfast in it.

Made beside the deployed stacks and removed again. It has an execution role of its own, because the local AWS
enforces roles; no token, because a floor has as little as can be.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from ops.local.aws import REGION, client

_NAME: Final = "holdfast-bench-floor"
_HANDLER: Final = f'''
import boto3, json
dynamo = boto3.client("dynamodb")

def handler(event, context):
    key = json.loads(event["body"])["key"]
    dynamo.put_item(TableName="{_NAME}", Item={{"pk": {{"S": key}}}}, ConditionExpression="attribute_not_exists(pk)")
    print(json.dumps({{"message": "written"}}))  # a function that logs nothing is slower on the local AWS
    return {{"statusCode": 201, "body": "{{}}"}}
'''
_TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
_RIGHTS: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "dynamodb:PutItem",
            "Resource": f"arn:aws:dynamodb:{REGION}:000000000000:table/{_NAME}",
        }
    ],
}


@contextmanager
def floor_route(endpoint: str) -> Iterator[str]:
    """The URL that takes POST {"key": …} and writes one item where the key is new."""
    dynamo, functions, apis = (
        client(service, endpoint) for service in ("dynamodb", "lambda", "apigatewayv2")
    )
    dynamo.create_table(
        TableName=_NAME,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    function = functions.create_function(
        FunctionName=_NAME,
        Runtime="python3.14",
        Role=_role(endpoint),
        Handler="handler.handler",
        Code={"ZipFile": _archive()},
        Timeout=10,
        MemorySize=512,
    )
    api = _api(apis, function["FunctionArn"])
    functions.add_permission(
        FunctionName=_NAME,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    try:
        yield f"{endpoint}/_aws/execute-api/{api}/%24default/floor"
    finally:
        apis.delete_api(ApiId=api)
        functions.delete_function(FunctionName=_NAME)
        dynamo.delete_table(TableName=_NAME)
        _drop_role(endpoint)


def _api(apis: Any, function_arn: str) -> str:
    api: str = apis.create_api(Name=_NAME, ProtocolType="HTTP")["ApiId"]
    integration = apis.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function_arn, PayloadFormatVersion="2.0"
    )
    apis.create_route(
        ApiId=api, RouteKey="POST /floor", Target=f"integrations/{integration['IntegrationId']}"
    )
    apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    return api


def _role(endpoint: str) -> str:
    iam = client("iam", endpoint)
    arn: str = iam.create_role(RoleName=_NAME, AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName=_NAME, PolicyName="write", PolicyDocument=json.dumps(_RIGHTS))
    return arn


def _drop_role(endpoint: str) -> None:
    iam = client("iam", endpoint)
    iam.delete_role_policy(RoleName=_NAME, PolicyName="write")
    iam.delete_role(RoleName=_NAME)


def _archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("handler.py", _HANDLER)
    return packed.getvalue()
