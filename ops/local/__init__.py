"""The embedded local AWS: start it, put Holdfast on it, find one's way in.

`launch` does all of it. The parts stand alone: `Engine` runs MiniStack, `deploy` puts a cloud
assembly on it, `read_outputs` and `token` are what a client needs afterwards.
"""

from ops.local.aws import REGION, client
from ops.local.deploy import Deployment, DeploymentError, StackResult, deploy
from ops.local.engine import Endpoint, Engine, EngineBusyError, EngineError, running
from ops.local.launch import Launched, launch
from ops.local.outputs import Client, Outputs, read_outputs
from ops.local.prune import Pruned
from ops.local.synth import Assembly, SynthError, synthesise
from ops.local.tokens import TokenRefusedError, token

__all__ = [
    "REGION",
    "Assembly",
    "Client",
    "Deployment",
    "DeploymentError",
    "Endpoint",
    "Engine",
    "EngineBusyError",
    "EngineError",
    "Launched",
    "Outputs",
    "Pruned",
    "StackResult",
    "SynthError",
    "TokenRefusedError",
    "client",
    "deploy",
    "launch",
    "read_outputs",
    "running",
    "synthesise",
    "token",
]
