"""The deployed handlers, imported as Lambda imports them: one file, by its folder."""

import importlib.util
from collections.abc import Callable
from typing import Any, cast

from ops.local.synth import ROOT

Handler = Callable[[dict[str, Any], Any], Any]


def handler_of(folder: str) -> Handler:
    """The handler of functions/`folder`. Raises FileNotFoundError."""
    path = ROOT / "functions" / folder / "handler.py"
    spec = importlib.util.spec_from_file_location(f"handler_{folder.replace('/', '_')}", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast(Handler, module.handler)
