"""What no file of the project holds: machine paths, foreign hosts, ticket numbers, leftovers, secrets."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import name, project_files

_MEANT_FOR_MACHINES = (".lock", ".json", ".png", ".svg", ".gz")
_HOST = re.compile(r"https?://(?:[^\s/@\"'`]*@)?([^\s/:\"'`<>()\\]+)")
_ALLOWED = re.compile(
    r"""^(
        127\.0\.0\.1 | localhost | \[::1\]                          # this machine
        | ([\w-]+\.)*(example|invalid|test)(\.(com|org|net))?       # reserved for documentation
        | ([\w-]+\.)*example\.[\w.-]*                               # somebody's tenant
        | aws\.amazon\.com | docs\.[\w.-]+ | developer\.[\w.-]+ | [\w.-]+\.rfc-editor\.org
        | spec\.openapis\.org | json-schema\.org | states-language\.net | keepachangelog\.com | semver\.org
        | ([\w*-]+\.)*(amazonaws|amazoncognito|stripe|avatax)\.com
        | archive\.ics\.uci\.edu | creativecommons\.org             # the data set of the replay
        | [\w.-]*[{$].* | [\w-]+\.                                # made when it runs
    )$""",
    re.VERBOSE,
)
_FORBIDDEN = {
    "the path of somebody's machine": re.compile(r"(?<![\w.])/(?:home|root|Users|work|mnt)/\w"),
    "a number in somebody's tracker": re.compile(
        r"(?i)\b(?:issue|ticket|pull request|PR) ?#?\d|(?<![\w&/])#\d{2,}\b"
    ),
    "a leftover": re.compile(r"\b(?:TODO|FIXME|HACK)\b"),
    "a secret": re.compile(r"\b(?:sk|rk)_live_\w{16,}|\bAKIA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY"),
}


def texts() -> list[Path]:
    """Every text but this one, which quotes what it forbids."""
    here = Path(__file__).resolve()
    return [path for path in project_files() if path != here and not path.name.endswith(_MEANT_FOR_MACHINES)]


def foreign_hosts(text: str) -> set[str]:
    return {
        host
        for host in _HOST.findall(text)
        if not _ALLOWED.match(host.rstrip(",;")) and not _ALLOWED.match(host.rstrip(".,;"))
    }


def faults(text: str) -> dict[str, list[str]]:
    return {fault: found for fault, pattern in _FORBIDDEN.items() if (found := pattern.findall(text))}


@pytest.mark.parametrize("path", texts(), ids=name)
def test_a_file_names_no_machine_no_ticket_no_secret_and_no_foreign_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not faults(text)
    assert not foreign_hosts(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("cd /home/somebody/checkout", "the path of somebody's machine"),
        ("fixed in issue #12", "a number in somebody's tracker"),
        ("see #4711", "a number in somebody's tracker"),
        ("# TODO later", "a leftover"),
        ("key = sk_live_" + 20 * "a", "a secret"),
    ],
)
def test_each_fault_is_seen(text: str, fault: str) -> None:
    assert fault in faults(text)


@pytest.mark.parametrize("text", ["event o1:stock#1", "colour #fff", "layer /opt/python", "key=sk_live_…"])
def test_harmless_text_passes(text: str) -> None:
    assert not faults(text)


def test_a_foreign_host_is_seen_and_a_reserved_one_is_not() -> None:
    assert foreign_hosts("https://registry.elsewhere.dev/simple") == {"registry.elsewhere.dev"}
    assert not foreign_hosts("http://127.0.0.1:8000, https://partner.example/v1, https://{host}/x")
