"""An assembly is made anew exactly when what it is made of has changed."""

from pathlib import Path

import pytest

from ops.local.synth import SynthError, run_app, synthesise


class App:
    """Stands in for the CDK app: writes a manifest and counts its runs."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, outdir: Path, _root: Path) -> None:
        self.runs += 1
        outdir.mkdir()
        (outdir / "manifest.json").write_text(str(self.runs), encoding="utf-8")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    for folder in ("functions/a", "shared/python", "shared/schemas", "statemachines"):
        (root / folder).mkdir(parents=True)
    (root / "functions/a/handler.py").write_text("pass", encoding="utf-8")
    return root


def test_an_unchanged_checkout_is_synthesised_once(tmp_path: Path, checkout: Path) -> None:
    app = App()
    first = synthesise(tmp_path / "run", root=checkout, app=app)
    second = synthesise(tmp_path / "run", root=checkout, app=app)
    assert (first.cached, second.cached, app.runs) == (False, True, 1)
    assert second.path == first.path


@pytest.mark.parametrize(
    "changed", ["functions/a/handler.py", "shared/python/new.py", "statemachines/one.asl.yaml"]
)
def test_a_changed_file_is_noticed(tmp_path: Path, checkout: Path, changed: str) -> None:
    app = App()
    synthesise(tmp_path / "run", root=checkout, app=app)
    (checkout / changed).write_text("changed", encoding="utf-8")
    again = synthesise(tmp_path / "run", root=checkout, app=app)
    assert not again.cached
    assert (again.path / "manifest.json").read_text(encoding="utf-8") == "2"


@pytest.mark.parametrize("left", ["shared/schemas/event.json", "functions/a/__pycache__/handler.pyc"])
def test_what_is_not_deployed_does_not_count(tmp_path: Path, checkout: Path, left: str) -> None:
    app = App()
    synthesise(tmp_path / "run", root=checkout, app=app)
    (checkout / left).parent.mkdir(exist_ok=True)
    (checkout / left).write_text("changed", encoding="utf-8")
    assert synthesise(tmp_path / "run", root=checkout, app=app).cached


def test_a_synthesis_that_was_killed_is_not_taken_for_whole(tmp_path: Path, checkout: Path) -> None:
    def killed(outdir: Path, _root: Path) -> None:
        outdir.mkdir()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        synthesise(tmp_path / "run", root=checkout, app=killed)
    app = App()
    assert not synthesise(tmp_path / "run", root=checkout, app=app).cached
    assert app.runs == 1


def test_a_refusal_of_the_app_is_passed_on_word_for_word(tmp_path: Path, checkout: Path) -> None:
    with pytest.raises(SynthError, match=r"functions/inventory/stock_api/handler\.py does not exist"):
        run_app(tmp_path / "out", checkout)
