"""What all stacks but the foundation have in common."""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from infra.constructs.platform import Platform
from infra.settings import Settings


class HoldfastStack(cdk.Stack):
    """A stack that stands on the foundation."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings, **kwargs: Any) -> None:
        super().__init__(scope, name, **kwargs)
        self.settings = settings
        self.platform = Platform(self, settings=settings)
