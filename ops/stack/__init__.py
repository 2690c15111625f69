"""Connecting to a running Holdfast: `connect_local` and `connect_aws` answer a `Stack`."""

from ops.stack.connected import Stack
from ops.stack.connecting import RUN_DIR, NotConnected, connect_aws, connect_local

__all__ = ["RUN_DIR", "NotConnected", "Stack", "connect_aws", "connect_local"]
