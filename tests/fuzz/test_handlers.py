"""The fuzzer as `make fuzz` runs it, a CI-sized share of it. It replaces what handlers reach, so it runs in processes
of its own."""

import re

import pytest

from infra.catalogue import CATALOGUE
from tests.running.alone import printed

FUZZER = "tests.fuzz"
_SHARE = 3_000


@pytest.mark.timeout(600)
def test_no_handler_breaks_whatever_it_is_given() -> None:
    told = printed(FUZZER, "--events", str(_SHARE))

    assert f"{_SHARE} events" in told
    assert "violations: 0" in told
    assert "never called" not in told
    assert all(folder in told for folder in CATALOGUE)


def test_a_seed_is_the_same_round_every_time() -> None:
    digests = [
        re.findall(r"digest: (\w+)", printed(FUZZER, "--seed", "7", "--workers", "1", hash_seed=one))
        for one in ("1", "2")
    ]

    assert digests[0] == digests[1]
    assert len(digests[0]) == 1
