"""Finding a running Holdfast."""

from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ops.local.aws import client
from ops.local.engine import running
from ops.local.outputs import outputs_of, read_outputs
from ops.local.synth import ROOT
from ops.stack.connected import Stack
from ops.stack.partners import running_sandbox

RUN_DIR = ROOT / ".run"
"""Where the local AWS keeps its notes and logs."""


class NotConnected(Exception):
    """There is nothing to talk to; the message says what to do about it."""


def connect_local(run_dir: Path = RUN_DIR) -> Stack:
    """The local AWS of `run_dir`, started by whichever process. Raises NotConnected."""
    endpoint = running(run_dir)
    if endpoint is None:
        raise NotConnected(
            "nothing is running here: start it with `make run` (or `oms up`), or name an AWS account "
            "with --profile and --region"
        )
    try:
        outputs = read_outputs(endpoint.url)
    except (LookupError, BotoCoreError, ClientError) as missing:
        raise NotConnected(f"the local AWS at {endpoint.url} has no Holdfast yet: {missing}") from missing
    sandbox = running_sandbox(run_dir)
    return Stack(
        outputs,
        lambda service: client(service, endpoint.url),
        is_local=True,
        sandbox_url=sandbox.url if sandbox else None,
    )


def connect_aws(profile: str | None, region: str | None) -> Stack:
    """The deployment in the account of `profile` (None: the environment's credentials). Raises NotConnected."""
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
        config = Config(retries={"mode": "standard", "total_max_attempts": 3}, max_pool_connections=32)
        where = f"AWS, region {session.region_name}"
        outputs = outputs_of(
            session.client("ssm", config=config), session.client("cognito-idp", config=config), endpoint=where
        )
    except (LookupError, BotoCoreError, ClientError) as missing:
        raise NotConnected(f"cannot reach Holdfast on AWS: {missing}") from missing
    return Stack(
        outputs,
        lambda service: session.client(service, config=config),  # type: ignore[call-overload]
        is_local=False,
    )
