"""What differs between deployments, read from the CDK context and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Stage = Literal["local", "aws"]
ROOT = Path(__file__).resolve().parents[1]


class SettingsError(ValueError):
    """The context asks for something that cannot be deployed."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One deployment. Times in seconds, rates per second."""

    stage: Stage
    root: Path
    """The checkout: `functions/`, `shared/` and `statemachines/` stand in it."""
    layer: Path
    """The third-party layer; it holds `python/`."""
    domain_prefix: str
    """Cognito's token host; unique per region on AWS, so the account id is appended."""
    admission_rate: int
    """Order workflows started per second, by all starters together."""
    retry_after: int | None
    """How long a failed message stays hidden; None: six times the function's time-out, as AWS advises.

    Never less than a consumer may run, or a slow one would be given the same message twice.
    """
    partner_attempts: int
    """Deliveries of a message whose consumer asks a partner. On AWS 20, three minutes apart, outlast an hour."""
    log_retention_days: int
    api_rate: int
    api_burst: int

    @property
    def local(self) -> bool:
        return self.stage == "local"


def read_settings(context: Callable[[str], Any], *, root: Path = ROOT) -> Settings:
    """Settings from the context of `cdk.json`, overridden by `-c key=value`.

    Raises SettingsError for an unknown stage, or when the layer of the stage has not been built.
    """
    stage = context("stage")
    if stage not in ("local", "aws"):
        raise SettingsError(f"context 'stage' must be local or aws, not {stage!r}: pass -c stage=local")
    local = stage == "local"
    return Settings(
        stage=stage,
        root=root,
        layer=_layer(context, root, local=local),
        domain_prefix=str(context("domain_prefix") or "holdfast"),
        admission_rate=int(context("admission_rate") or (10 if local else 50)),
        retry_after=30 if local else None,
        partner_attempts=5 if local else 20,
        log_retention_days=int(context("log_retention_days") or 30),
        api_rate=int(context("api_rate") or 500),
        api_burst=int(context("api_burst") or 1000),
    )


def _layer(context: Callable[[str], Any], root: Path, *, local: bool) -> Path:
    """The local AWS runs functions on this machine's own Python, which has the packages already."""
    if local:
        return ROOT / "infra" / "layer" / "local"
    folder = Path(context("layer") or root / "build" / "layer")
    if not (folder / "python").is_dir():
        raise SettingsError(
            f"the third-party layer is missing at {folder}: run `python -m infra.layer build`"
        )
    return folder
