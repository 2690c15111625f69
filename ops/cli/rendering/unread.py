"""Rows of the store that cannot be read: somebody else has written them, and somebody has to look."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text


def unread_page(names: Sequence[str]) -> list[RenderableType]:
    """A line for each; nothing where everything could be read."""
    return [Text(f"cannot be read: {name}", "red") for name in names]
