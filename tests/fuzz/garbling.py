"""Texts that were JSON once, and bytes that never were."""

import base64
import json
from random import Random
from typing import Any, Final

from tests.fuzz import values
from tests.fuzz.history import PERSON

Json = Any
_NOT_JSON: Final = (
    "", " ", "{", "[", "nul", "{]", '{"a":}', '"', "\x00", "\ufeff{}", "NaN", "-Infinity", "1e999", '{"a": Infinity}', "[1,]",
    "{'a': 1}", '{"a": 1} trailing', "<xml/>", "a=b&c=d", "\ud800", '"\\ud800"', '{"a": "\\ud800"}', "1" * 5_000,
    "[" * 100_000, '{"a":' * 20_000, "[" * 500 + "]" * 500,
)  # fmt: skip
_WIDE: Final = 786_433


def garbled(chance: Random, document: Json) -> str:
    """A document as text, damaged on its way."""
    text = json.dumps(document, ensure_ascii=chance.random() < 0.5)
    cut = chance.randrange(len(text) + 1)
    match chance.randrange(8):
        case 0:
            return text[:cut]
        case 1:
            return text[:cut] + values.text(chance).replace(PERSON, "?") + text[cut:]
        case 2:
            return text + text
        case 3:
            return text.replace(":", ":\ufeff", 1)
        case 4:
            return f'{text[:-1]}, "lines": []}}' if text.endswith("}") else text
        case 5:
            return text.replace("1", str(chance.choice((10**30, "1" * 400, "1e400", "-0", "01"))), 1)
        case 6 if chance.random() < 0.03:
            return text + " " * _WIDE
    return chance.choice(_NOT_JSON)


def encoded(chance: Random, document: Json) -> tuple[str, bool]:
    """A body as API Gateway hands it over, and whether it calls it base 64: sometimes wrongly, or of a strange encoding."""
    text = json.dumps(document, ensure_ascii=False)
    codec = chance.choice(("utf-8", "utf-16", "utf-32", "latin-1", "utf-7", "utf-8-sig"))
    packed = base64.b64encode(text.encode(codec, errors="replace")).decode()
    match chance.randrange(5):
        case 0:
            return text, True
        case 1:
            return packed, False
        case 2:
            return packed[:-1], True
        case 3:
            return base64.b64encode(chance.randbytes(chance.choice((1, 64, 3_000)))).decode(), True
    return packed, True
