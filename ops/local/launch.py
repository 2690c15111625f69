"""From nothing to a running Holdfast in one call."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from infra import names
from ops.local.aws import client
from ops.local.deploy import Deployment, Progress, deploy
from ops.local.engine import Engine
from ops.local.outputs import Outputs, read_outputs
from ops.local.synth import ROOT, Assembly, synthesise

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Launched:
    """A running Holdfast. `seconds` says where the time went: synth, engine, deploy, outputs."""

    engine: Engine
    assembly: Assembly
    deployment: Deployment
    outputs: Outputs
    seconds: dict[str, float]


def launch(
    run_dir: Path,
    *,
    partner_urls: Mapping[str, str],
    partner_credentials: Mapping[str, str],
    on_progress: Progress = lambda _: None,
    engine: Engine | None = None,
    root: Path = ROOT,
) -> Launched:
    """Synthesise (or take the cached assembly), start the engine, deploy, and read the outputs.

    `partner_urls`: `stripe`, `avalara`, `accertify` -> base URL. `partner_credentials`: the keys of
    the secret `holdfast/partners`. Raises SynthError, EngineError, DeploymentError; the engine is
    stopped again on every failure. The caller stops `engine`, or leaves it running.
    """
    watch = _Watch(on_progress)
    assembly = watch.time("synth", lambda: synthesise(run_dir, root=root))
    engine = engine or Engine(run_dir)
    url = watch.time("engine", engine.start).url
    try:
        deployment = watch.time(
            "deploy",
            lambda: deploy(assembly.path, url, on_progress, parameters=_parameters(url, partner_urls)),
        )
        put_partner_credentials(url, partner_credentials)
        outputs = watch.time("outputs", lambda: read_outputs(url))
    except BaseException:
        engine.stop()
        raise
    return Launched(engine, assembly, deployment, outputs, watch.seconds)


def put_partner_credentials(endpoint: str, credentials: Mapping[str, str]) -> None:
    """What an operator does by hand on AWS."""
    client("secretsmanager", endpoint).put_secret_value(
        SecretId=names.PARTNER_SECRET, SecretString=json.dumps(dict(credentials))
    )


def _parameters(endpoint: str, partner_urls: Mapping[str, str]) -> dict[str, str]:
    """Raises KeyError when a partner has no URL."""
    partners = {names.partner_url(partner): partner_urls[partner] for partner in names.PARTNERS}
    return {names.LOCAL_ENDPOINT: endpoint, **partners}


class _Watch:
    def __init__(self, on_progress: Progress) -> None:
        self._say = on_progress
        self.seconds: dict[str, float] = {}

    def time(self, part: str, work: Callable[[], _T]) -> _T:
        began = time.perf_counter()
        done = work()
        self.seconds[part] = time.perf_counter() - began
        self._say(f"{part} done in {self.seconds[part]:.2f} s")
        return done
