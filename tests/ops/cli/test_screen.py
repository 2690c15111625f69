"""Results on stdout, progress on stderr, with and without a terminal."""

import io
import json

import pytest
from rich.console import Console
from rich.text import Text

from ops.cli.screen import Screen


def _screen(*, as_json: bool = False, terminal: bool = False) -> tuple[Screen, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    screen = Screen(
        as_json=as_json,
        out=Console(file=out, width=40),
        err=Console(file=err, width=40, force_terminal=terminal),
    )
    return screen, out, err


def test_a_program_gets_one_json_document_and_no_page() -> None:
    screen, out, _ = _screen(as_json=True)
    screen.show(Text("a page before"))
    screen.emit({"price": "9 €"}, Text("a page"))
    assert json.loads(out.getvalue()) == {"price": "9 €"}


def test_an_address_is_never_broken_in_two() -> None:
    screen, out, _ = _screen()
    address = "http://127.0.0.1:4566/" + "x" * 60
    screen.emit({}, Text(address))
    assert address in out.getvalue()


def test_progress_never_reaches_stdout() -> None:
    screen, out, err = _screen()
    with screen.step("deploy"), screen.bar("stacks") as advance:
        for done in range(1, 9):
            advance(done, 8)
        screen.say("nearly there [not markup]")
    assert out.getvalue() == ""
    assert "nearly there [not markup]" in err.getvalue()
    assert screen.seconds["deploy"] >= 0


def test_without_a_terminal_a_bar_is_a_line_per_quarter() -> None:
    screen, _, err = _screen()
    with screen.bar("orders") as advance:
        for done in range(1, 101):
            advance(done, 100)
    lines = err.getvalue().splitlines()
    assert [line.strip() for line in lines] == [f"orders: {done} of 100" for done in (25, 50, 75, 100)]


def test_a_bar_takes_a_total_of_nothing() -> None:
    for terminal in (False, True):
        screen, _, _ = _screen(terminal=terminal)
        with screen.bar("orders") as advance:
            advance(0, 0)


def test_a_step_that_fails_is_not_told_as_done() -> None:
    screen, _, err = _screen()
    with pytest.raises(ValueError, match="broken"), screen.step("deploy"):
        raise ValueError("broken")
    assert "done" not in err.getvalue()
    assert "deploy" not in screen.seconds
