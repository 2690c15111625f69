"""Putting a cloud assembly on the local AWS: what the CDK's command line does, without Node or account."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from botocore.exceptions import ClientError

from ops.local.assembly import BUCKET, Asset, Stack, assets, stacks, template_key
from ops.local.aws import client
from ops.local.prune import Pruned, prune

Progress = Callable[[str], None]
Action = Literal["created", "updated", "unchanged"]

_BOOTSTRAP: Final = "/cdk-bootstrap/hnb659fds/version"
_BOOTSTRAP_VERSION: Final = "30"
_CAPABILITIES: Final = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
_UPLOADS: Final = 4
_BROKEN: Final = ("ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED")
"""States a stack cannot be updated from: it is deleted and made again."""


class DeploymentError(Exception):
    """A stack did not come up; the message names the resource and the engine's reason."""


@dataclass(frozen=True, slots=True)
class StackResult:
    """What became of one stack, and how long it took."""

    name: str
    action: Action
    seconds: float


@dataclass(slots=True)
class Deployment:
    """What became of an assembly. Print `pruned`: it is what the local AWS does not have."""

    stacks: list[StackResult] = field(default_factory=list)
    pruned: list[Pruned] = field(default_factory=list)
    upload_seconds: float = 0.0

    @property
    def changed(self) -> bool:
        return any(stack.action != "unchanged" for stack in self.stacks)


def deploy(
    assembly: Path,
    endpoint: str,
    on_progress: Progress = lambda _: None,
    *,
    parameters: Mapping[str, str] | None = None,
    timeout: float = 120.0,
) -> Deployment:
    """Create or update every stack of `assembly`, in order; those that did not change are skipped.

    `parameters` are SSM parameters that the stacks look up and no stack makes. `timeout` is
    seconds per stack. Raises DeploymentError.
    """
    deployer = _Deployer(endpoint, on_progress, timeout)
    return deployer.run(assembly, {_BOOTSTRAP: _BOOTSTRAP_VERSION, **(parameters or {})})


class _Deployer:
    def __init__(self, endpoint: str, on_progress: Progress, timeout: float) -> None:
        self._say = on_progress
        self._timeout = timeout
        self._endpoint = endpoint
        self._s3 = client("s3", endpoint)
        self._ssm = client("ssm", endpoint)
        self._formation = client("cloudformation", endpoint)

    def run(self, assembly: Path, parameters: Mapping[str, str]) -> Deployment:
        result = Deployment()
        for name, value in parameters.items():
            self._ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
        began = time.perf_counter()
        self._upload(assets(assembly))
        result.upload_seconds = time.perf_counter() - began
        for stack in stacks(assembly):
            template, gone = prune(stack.name, stack.template)
            result.pruned += gone
            result.stacks.append(self._put(stack, template))
        return result

    def _upload(self, wanted: list[Asset]) -> None:
        self._bucket()
        present = self._present()
        missing = [asset for asset in wanted if asset.key not in present]
        self._say(f"uploading {len(missing)} of {len(wanted)} assets")
        with ThreadPoolExecutor(_UPLOADS) as pool:
            for _ in pool.map(self._upload_one, missing):
                pass

    def _bucket(self) -> None:
        try:
            self._s3.create_bucket(Bucket=BUCKET)
        except ClientError as refused:
            if refused.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise

    def _present(self) -> set[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return {entry["Key"] for page in pages for entry in page.get("Contents", ())}

    def _upload_one(self, asset: Asset) -> None:
        self._s3.put_object(Bucket=BUCKET, Key=asset.key, Body=asset.body())

    def _put(self, stack: Stack, template: dict[str, Any]) -> StackResult:
        began = time.perf_counter()
        body = json.dumps(template, separators=(",", ":"), sort_keys=True).encode()
        key = template_key(body)
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        action = self._send(stack, f"{self._endpoint}/{BUCKET}/{key}")
        if action != "unchanged":
            self._settle(stack.name, action)
        seconds = time.perf_counter() - began
        self._say(f"{stack.name} {action} in {seconds:.2f} s")
        return StackResult(stack.name, action, seconds)

    def _send(self, stack: Stack, url: str) -> Action:
        status = self._status(stack.name)
        if status in _BROKEN:
            self._delete(stack.name)
            status = None
        request = {"StackName": stack.name, "TemplateURL": url, "Capabilities": _CAPABILITIES}
        try:
            if status is None:
                self._formation.create_stack(
                    **request, EnableTerminationProtection=stack.termination_protection
                )
                return "created"
            self._formation.update_stack(**request)
        except ClientError as refused:
            message = refused.response["Error"]["Message"]
            if "No updates are to be performed" in message:
                return "unchanged"
            raise DeploymentError(f"{stack.name}: {message}") from refused
        return "updated"

    def _status(self, name: str) -> str | None:
        try:
            (found,) = self._formation.describe_stacks(StackName=name)["Stacks"]
        except ClientError as refused:
            if "does not exist" in refused.response["Error"]["Message"]:
                return None
            raise
        return str(found["StackStatus"])

    def _delete(self, name: str) -> None:
        self._formation.delete_stack(StackName=name)
        if self._wait(name) not in (None, "DELETE_COMPLETE"):
            raise DeploymentError(f"{name}: what is left of a failed deployment cannot be deleted")

    def _settle(self, name: str, action: Action) -> None:
        wanted = "CREATE_COMPLETE" if action == "created" else "UPDATE_COMPLETE"
        status = self._wait(name)
        if status != wanted:
            raise DeploymentError(f"{name}: {status}: {self._reason(name)}")

    def _wait(self, name: str) -> str | None:
        deadline = time.monotonic() + self._timeout
        pause = 0.01
        while time.monotonic() < deadline:
            status = self._status(name)
            if status is None or not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(pause)
            pause = min(pause * 1.5, 0.2)
        raise DeploymentError(f"{name}: not done after {self._timeout:.0f} s")

    def _reason(self, name: str) -> str:
        """The first resource that failed; later failures follow from it."""
        events = self._formation.describe_stack_events(StackName=name)["StackEvents"]
        for event in sorted(events, key=lambda event: event["Timestamp"]):
            if event["ResourceStatus"].endswith("_FAILED"):
                reason = event.get("ResourceStatusReason", "no reason given")
                return f"{event['LogicalResourceId']} ({event['ResourceType']}): {reason}"
        return "the engine recorded no failed resource"
