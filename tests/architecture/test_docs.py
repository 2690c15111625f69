"""Documents keep their promises: links lead somewhere, commands exist, what they name is there."""

import re
import shlex
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from oms.contracts.problems import TITLES
from oms.kernel.errors import HoldfastError

from infra import names
from infra.catalogue import CATALOGUE
from ops.cli.app import app
from tests.architecture.sources import ROOT, name, project_files

PAGES = [path for path in project_files() if path.suffix == ".md"]
DECISIONS = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
COMMANDS = typer.main.get_command(app)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_BLOCK = re.compile(r"^ *```\w*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"`([^`\n]+)`")


def links(page: Path) -> Iterator[Path]:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            yield page.parent / target


def commands(page: Path, program: str) -> Iterator[list[str]]:
    """What a page tells the reader to type, as words: lines of code blocks, and quoted commands."""
    text = page.read_text(encoding="utf-8")
    blocks = "\n".join(_BLOCK.findall(text)).replace("\\\n", " ").replace("$(", "").splitlines()
    for line in [*blocks, *_QUOTED.findall(_BLOCK.sub("", text))]:
        words = line.partition(" #")[0].strip().removeprefix(".venv/bin/")
        if words.startswith(f"{program} "):
            yield shlex.split(words)[1:]


def fault(words: list[str], command: Any = COMMANDS) -> str:
    """Why the command line cannot be right; empty where it can."""
    options = {option: one for one in command.params for option in one.opts}
    position = 0
    while position < len(words):
        word = words[position]
        if word.startswith("--"):
            if word != "--help" and word not in options:
                return f"{command.name} has no option {word}"
            takes_value = word in options and not getattr(options[word], "is_flag", False)
            position += 2 if takes_value else 1
            continue
        below = getattr(command, "commands", None)
        if below is None:
            position += 1
            continue
        if word not in below:
            return f"{command.name} has no command {word}"
        return fault(words[position + 1 :], below[word])
    return ""


def test_there_are_pages_to_check() -> None:
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/glossary.md"} <= {
        name(page) for page in PAGES
    }


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert not [str(target) for target in links(page) if not target.exists()]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_oms_command_exists_with_its_options(page: Path) -> None:
    assert not [found for words in commands(page, "oms") if (found := fault(words))]


def test_pages_name_oms_commands_at_all() -> None:
    assert sum(1 for page in PAGES for _ in commands(page, "oms")) > 20


@pytest.mark.parametrize("line", ["frobnicate", "orders destroy", "status --loudly", "--moon verify"])
def test_a_command_that_does_not_exist_is_seen(line: str) -> None:
    assert fault(line.split())


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {word for words in commands(page, "make") for word in words if re.fullmatch("[a-z-]+", word)}
    assert asked <= targets


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_function_and_queue_that_a_command_names_is_deployed(page: Path) -> None:
    deployed = {names.function_name(folder) for folder in CATALOGUE}
    for words in commands(page, "aws"):
        if "--function-name" in words:
            assert words[words.index("--function-name") + 1] in deployed


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_path_of_the_project_that_a_page_quotes_exists(page: Path) -> None:
    folders = ("functions/", "infra/", "ops/", "tests/", "docs/", "shared/", "statemachines/")
    quoted = _QUOTED.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))
    paths = [one for one in quoted if one.startswith(folders) and not set(one) & set("<>*…{} ")]
    assert not [one for one in paths if not (ROOT / one).exists()]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_module_of_oms_that_a_page_quotes_exists(page: Path) -> None:
    for one in _QUOTED.findall(page.read_text(encoding="utf-8")):
        if re.fullmatch(r"oms(\.\w+)+", one):
            assert _importable(one), one


def _importable(dotted: str) -> bool:
    """A module, or a name inside one."""
    owner, _, last = dotted.rpartition(".")
    try:
        return find_spec(dotted) is not None
    except ModuleNotFoundError:
        spec = find_spec(owner)
        return bool(spec and spec.origin and last in Path(spec.origin).read_text(encoding="utf-8"))


def test_a_module_that_does_not_exist_is_seen() -> None:
    assert _importable("oms.contracts.api.ROUTES")
    assert not _importable("oms.contracts.api.NOWHERE")
    assert not _importable("oms.contracts.nowhere")


@pytest.mark.parametrize("decision", DECISIONS, ids=name)
def test_a_decision_has_context_options_decision_and_consequence_on_one_page(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["Context", "Options", "Decision", "Consequence"]
    assert text.startswith(f"# {decision.name[:4]} ")
    assert len(text.splitlines()) <= 40


def test_decisions_are_numbered_without_gaps_and_all_are_listed() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    listed = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    for path in DECISIONS:
        title = path.read_text(encoding="utf-8").splitlines()[0][7:]
        assert f"[{path.name[:4]}]({path.name}) | {title} |" in listed


def test_the_error_codes_that_runbooks_tell_to_look_for_exist() -> None:
    known = set(TITLES) | {one.code for one in _errors(HoldfastError)}
    text = (ROOT / "docs/runbooks/partner-down.md").read_text(encoding="utf-8")
    told = re.findall(r"have code (.+?)\.", text)[0]
    assert set(_QUOTED.findall(told)) <= known


def _errors(kind: type[HoldfastError]) -> Iterator[type[HoldfastError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _errors(one)


def test_the_document_of_the_api_is_linked_and_readable() -> None:
    assert "docs/openapi.yaml" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert yaml.safe_load((ROOT / "docs/openapi.yaml").read_text(encoding="utf-8"))["openapi"] == "3.1.0"


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docs/openapi.yaml"], ids=name)
def test_every_parameter_that_a_page_names_is_one_the_stacks_use(page: Path) -> None:
    used = {one for one in vars(names).values() if isinstance(one, str) and one.startswith(f"{names.ROOT}/")}
    used |= {names.partner_url(partner) for partner in names.PARTNERS}
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(rf"(?<![\w.-]){names.ROOT}/[\w-]+/[\w/-]*\w", text))
    assert named <= used
