"""Pins that keys, footer, help, palette and bindings all say what the registry says, in every language."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_stage import staged
from rich.cells import cell_len
from textual.command import CommandPalette, DiscoveryHit, Hit
from textual.widgets import OptionList

from eyes import play
from luot_controller.console.actions import ACTIONS, BY_NAME, CALLED, DESK_ACTIONS, FREE, SERVING, Action, offered
from luot_controller.console.app import ConsoleApp
from luot_controller.console.palette import ActionProvider, folded
from luot_controller.console.screens.desk import DeskScreen
from luot_controller.console.state import CLERK, Desk, View
from luot_controller.language import LANGUAGES, _, use
from luot_protocol.messages import COMMANDS, DESK


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """The language belongs to the process: give it back."""
    yield
    use("en")


BY_HAND = ("RetireCard", "EnrolCards", "EndEnrolment", "HandInTaps", "ReloadSite", "IdentifyReader")
"""What is said at the command line alone."""
SHARED = ["open_visit", "cancel", "return", "pause_desk"]
"""What a clerk can do at an open desk, whoever is there,"""
CARDS = ["replace_card", "block_card", "unblock_card"]
"""and at any desk."""


def test_every_command_of_the_protocol_has_one_key() -> None:
    """No command is forgotten, none is there twice, and the states are the protocol's."""
    assert sorted(COMMANDS) == sorted([*(action.command for action in DESK_ACTIONS), *BY_HAND])
    states = next(field.values for field in DESK.fields if field.name == "state")
    assert set(states) == {FREE, CALLED, SERVING}
    assert all(action.states and action.states <= set(states) for action in DESK_ACTIONS)


def test_no_key_is_used_twice() -> None:
    """A press does one thing."""
    presses = [press for action in ACTIONS for press in action.presses]
    assert len(presses) == len(set(presses))
    assert len(ACTIONS) == len(BY_NAME)


def test_a_second_press_of_next_is_never_offered() -> None:
    """What makes a double press harmless: after a call, next is not offered until that visit is over."""
    assert ["recall", "start", "finish", "no_show", "hold", "transfer", *SHARED, *CARDS] == names(Desk((1, 1), CALLED))
    assert ["next", "call_number", *SHARED, "close_desk", *CARDS] == names(Desk((1, 1), FREE))
    assert ["next", "finish", "hold", "transfer", *SHARED, *CARDS] == names(Desk((1, 1), SERVING))
    assert () == offered(View("1", 0.0), 0.0)


@pytest.mark.parametrize("state", [FREE, CALLED, SERVING])
def test_undo_and_resume_are_offered_when_there_is_something_for_them(state: str) -> None:
    """u wherever the office says that the last command can be taken back; g at a free desk that holds a number."""
    bare, rich = Desk((1, 1), state), Desk((1, 1), state, held=(17,), undo=True)
    more = ["resume", "undo"] if state == FREE else ["undo"]
    assert more == [name for name in names(rich) if name not in names(bare)]


def names(desk: Desk) -> list[str]:
    """What is offered at `desk`."""
    view = View("1", 0.0)
    view.desks["1"] = desk
    return [action.name for action in offered(view, 0.0)]


def test_labels_fit_their_place() -> None:
    """A fifth of 76 cells, less the key and its gap, in every language."""
    for language in LANGUAGES:
        use(language)
        assert all(0 < cell_len(_(action.label)) <= 11 for action in ACTIONS)


def test_every_action_is_bound_and_the_app_has_its_method() -> None:
    """The screen's bindings are the registry's, by name as the stable id, and lead to a method."""
    bound = {binding.id: (binding.key, binding.action) for binding in DeskScreen.BINDINGS}  # type: ignore[union-attr]
    assert {action.name: (",".join(action.presses), action.binding) for action in ACTIONS} == bound
    methods = {action.method for action in ACTIONS}
    assert all(hasattr(ConsoleApp, f"action_{method}") for method in methods)


@play
@pytest.mark.parametrize("language", list(LANGUAGES))
async def test_footer_and_help_show_every_action(language: str, tmp_path: Path) -> None:
    """Each key that is not rare at the foot, all with their help on the help page; the desk's keys rest meanwhile."""
    async with staged(language=language, strip=tmp_path / "hall") as stage:
        mine = [action for action in ACTIONS if CLERK in action.roles]
        assert all(
            action.instead or action.rare or f"{action.key:^3} {_(action.label)}" in stage.text() for action in mine
        )
        await stage.press("question_mark")
        words = " ".join(stage.text().replace("│", " ").split())
        page = stage.app.screen.query_one("#help")
        for row in range(0, page.max_scroll_y + 10, 10):
            page.scroll_to(y=row, animate=False)
            await stage.settles()
            words += " ".join(stage.text().replace("│", " ").split())
        for action in mine:
            assert f"{action.key} {_(action.label)} {_(action.help).split()[0]}" in words
        await stage.press("n", "f")
        assert [] == stage.office.commands
        await stage.press("escape")
        assert isinstance(stage.app.screen, DeskScreen)


@play
async def test_help_changes_its_language_while_it_is_open() -> None:
    """l works on the help page too."""
    async with staged(language="vi") as stage:
        await stage.press("f1")
        title = _("Esc closes")
        await stage.sees(title)
        await stage.press("l")
        await stage.misses(title)
        await stage.sees(_("Esc closes"))


@play
async def test_the_palette_lists_every_action() -> None:
    """All but itself, in the registry's order; not the strip, where there is no hall to show."""
    async with staged(language="vi") as stage:
        listed = [action for action in ACTIONS if CLERK in action.roles and action.name not in ("palette", "strip")]
        await stage.press("ctrl+p")
        await stage.until(lambda: isinstance(stage.app.screen, CommandPalette), "the palette")
        options = stage.app.screen.query_one(OptionList)
        await stage.until(lambda: options.option_count == len(listed), "all actions")
        prompts = [str(options.get_option_at_index(n).prompt).splitlines()[0] for n in range(options.option_count)]
        assert [f"{action.key:<4}{_(action.label)}" for action in listed] == prompts


@play
async def test_the_palette_does_what_the_key_does() -> None:
    """Choosing Finish in the palette is pressing f, with the same refusal; diacritics need not be typed."""
    async with staged(language="vi") as stage:
        await stage.press("ctrl+p")
        await stage.until(lambda: isinstance(stage.app.screen, CommandPalette), "the palette")
        label = _(BY_NAME["finish"].label)
        await stage.pilot.press(*(key if key != " " else "space" for key in folded(label)))
        options = stage.app.screen.query_one(OptionList)
        await stage.until(
            lambda: options.option_count < 5 and f"f   {label}" in str(options.get_option_at_index(0).prompt), "the hit"
        )
        await stage.pilot.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, DeskScreen), "the palette closed")
        await stage.until(stage.notice, "the refusal")
        assert [] == stage.office.commands


@pytest.mark.parametrize(
    ("typed", "expected"), [("goi", {"next", "recall", "resume", "call_number"}), ("gọi lại", {"recall"})]
)
def test_diacritics_need_not_be_typed(typed: str, expected: set[str]) -> None:
    """`goi` finds `Gọi`: clerks search as they type."""
    use("vi")
    labels = {action.name for action in ACTIONS if folded(typed) in folded(_(action.label))}
    assert expected == labels
    assert {_(BY_NAME[name].label) for name in expected} <= {hit.text for hit in hits(typed)}


def test_a_search_without_a_hit_says_so() -> None:
    """One line that does nothing, in the language in use."""
    assert ["zzz"] == [hit.text for hit in hits("zzz")]


def hits(query: str) -> list[Hit | DiscoveryHit]:
    """What the palette finds."""

    class Lonely(ActionProvider):
        def __init__(self) -> None:
            pass

        def _listed(self) -> tuple[Action, ...]:
            return ACTIONS

        def _command(self, action: object) -> object:  # type: ignore[override]
            return lambda: action

    async def gather() -> list[Hit | DiscoveryHit]:
        return [hit async for hit in Lonely().search(query)]

    return asyncio.run(gather())
