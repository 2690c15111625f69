"""Every function folder is deployed, and every deployed function has a folder."""

from oms.contracts.api import ROUTES

from infra.catalogue import CATALOGUE
from tests.architecture.sources import ROOT, project_files, tree

FOLDERS = {
    str(path.parent.relative_to(ROOT / "functions"))
    for path in project_files()
    if path.name == "handler.py" and ROOT / "functions" in path.parents
}


def test_the_catalogue_lists_every_function_folder_and_no_other() -> None:
    assert set(CATALOGUE) == FOLDERS


def test_every_route_is_served_by_a_function_of_the_catalogue() -> None:
    assert {route.function for route in ROUTES} <= set(CATALOGUE)


def test_a_function_folder_reads_context_then_verb_and_noun() -> None:
    for folder in FOLDERS:
        context, _, verb_noun = folder.partition("/")
        assert context.isidentifier(), folder
        assert "_" in verb_noun, folder
        assert verb_noun == verb_noun.lower(), folder


def test_a_function_folder_holds_one_handler_and_nothing_else() -> None:
    others = [
        path for path in project_files() if ROOT / "functions" in path.parents and path.name != "handler.py"
    ]
    assert not others


def test_a_handler_has_a_sentence_that_says_what_it_is_for() -> None:
    for folder in FOLDERS:
        module = tree(ROOT / "functions" / folder / "handler.py")
        first = module.body[0]
        assert getattr(getattr(first, "value", None), "value", ""), folder
