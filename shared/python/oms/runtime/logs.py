"""One JSON line per invocation, with ids and outcomes. Never a body, a name, an address or a token.

Figures go out as CloudWatch Embedded Metric Format in the same line:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

NAMESPACE = "Holdfast"


def log(message: str, **fields: Any) -> None:
    """Write one line. `fields` are ids, codes and counts."""
    sys.stdout.write(json.dumps({"message": message, **fields}, default=str) + "\n")


def metric(function: str, figures: Mapping[str, int], **fields: Any) -> None:
    """Write one line that CloudWatch also counts, one metric per figure, by function."""
    definitions = [{"Name": name, "Unit": "Count"} for name in figures]
    emf = {
        "Timestamp": int(time.time() * 1000),
        "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [["function"]], "Metrics": definitions}],
    }
    log("metric", function=function, _aws=emf, **figures, **fields)


def failure(function: str, error: BaseException, **fields: Any) -> None:
    """Write what failed, by class and stable code; the text of an error may quote data, so it stays out."""
    trace, frame = [], error.__traceback__
    while frame is not None:
        trace.append(f"{frame.tb_frame.f_globals.get('__name__', '?')}:{frame.tb_lineno}")
        frame = frame.tb_next
    code = getattr(error, "code", "unexpected")
    log("failure", function=function, error=type(error).__name__, code=code, at=trace[-4:], **fields)
