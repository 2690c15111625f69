"""Lambda functions for the local engine that answer by a script and write down what they were called with.

The script of all stories lies in the functions' archive; an order id tells the story. The calls are files, so
that workers of one function, and workers that were killed by an exception, count together.
"""

import io
import json
import zipfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from ops.local.aws import client
from tests.simulation.asl_conformance.scripts import SECONDS_LATE, Json

ROLE: Final = "stub"
_HANDLER: Final = f'''
import json, os, time
from pathlib import Path

SCRIPT = json.loads(Path(__file__).with_name("script.json").read_text())
FUNCTION, FOLDER = os.environ["FUNCTION"], Path(os.environ["FOLDER"])

def record(event):
    """The number of this call of the order."""
    folder = FOLDER / event["order_id"]
    folder.mkdir(exist_ok=True)
    half = folder / f"half-{{FUNCTION}}-{{os.getpid()}}"
    half.write_text(json.dumps(event))
    number = 0
    while True:
        try:
            os.link(half, folder / f"{{FUNCTION}}-{{number:03}}.json")
            half.unlink()
            return number
        except FileExistsError:
            number += 1

def handler(event, context):
    number = record(event)
    answers = SCRIPT[event["order_id"]].get(FUNCTION)
    print("called")  # a function that logs nothing is slower on the local AWS
    if not answers:
        return None
    answer = answers[min(number, len(answers) - 1)]
    if answer["does"] == "sleep":
        time.sleep({SECONDS_LATE})
    if answer["does"] == "raise":
        raise RuntimeError("scripted")
    return answer.get("value")
'''
_NO_BOTOCORE: Final = 'raise ImportError("not needed, and slow to import")'
"""A worker imports botocore if it can, also after every exception."""
_TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def deploy_functions(endpoint: str, names: Iterable[str], script: Json, calls: Path) -> dict[str, str]:
    """The ARN of each function. `script` is by order id and function; `calls` is where the calls are written."""
    role = client("iam", endpoint).create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(_TRUST))
    archive = _archive(script)
    functions = client("lambda", endpoint)

    def create(name: str) -> tuple[str, str]:
        made: Any = functions.create_function(
            FunctionName=name,
            Runtime="python3.14",
            Role=role["Role"]["Arn"],
            Handler="handler.handler",
            Code={"ZipFile": archive},
            Timeout=20,
            Environment={"Variables": {"FUNCTION": name, "FOLDER": str(calls)}},
        )
        return name, made["FunctionArn"]

    with ThreadPoolExecutor(4) as pool:
        return dict(pool.map(create, names))


def recorded(calls: Path, order_id: str) -> dict[str, list[Json]]:
    """The payloads of an order's calls by function, in order."""
    found: dict[str, list[Json]] = {}
    for path in sorted((calls / order_id).glob("*-[0-9][0-9][0-9].json")):
        found.setdefault(path.name[:-9], []).append(json.loads(path.read_text(encoding="utf-8")))
    return found


def _archive(script: Json) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("handler.py", _HANDLER)
        archive.writestr("script.json", json.dumps(script))
        archive.writestr("botocore/__init__.py", _NO_BOTOCORE)
    return packed.getvalue()
