"""`stagewatch kpi history`, `diff`, `revert` and `withdraw`: target sets as they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.commands.kpi import as_day, as_text, changes_json, print_changes, print_saved, state_json
from tui.commands.output import print_json, print_table, reading, writing

if TYPE_CHECKING:
    from argparse import Namespace

    from store.target_questions import SetView


def list_sets(options: Namespace) -> None:
    """Print every target set, the newest first."""
    with reading(options) as reader:
        sets = reader.targets().history()
    if options.json:
        print_json({"sets": [_set_json(view) for view in sets]})
        return
    print_table(
        ["Set", "State", "For listings from", "Listings", "Made", "By", "Why"],
        [
            [
                view.number,
                view.state.value,
                as_day(view.effective_from),
                view.listings,
                as_day(view.created_at),
                view.by,
                view.reason
                if view.withdrawal is None
                else f"{view.reason} (withdrawn by {view.withdrawal.by}: {view.withdrawal.reason})",
            ]
            for view in sets
        ],
        numbers=(0, 3),
    )


def _set_json(view: SetView) -> dict[str, Any]:
    taken = view.withdrawal
    return {
        "target_set": view.number,
        "state": state_json(view),
        "effective_from": as_text(view.effective_from),
        "created_at": as_text(view.created_at),
        "by": view.by,
        "reason": view.reason,
        "listings": view.listings,
        "withdrawn": None
        if taken is None
        else {"at": as_text(taken.at), "by": taken.by, "reason": taken.reason},
    }


def show_difference(options: Namespace) -> None:
    """Print the difference between two sets."""
    from kpi.drafts import differences

    with reading(options) as reader:
        questions = reader.targets()
        found = differences(
            questions.targets(options.before), questions.targets(options.after), reader.rules.catalogue
        )
    if options.json:
        print_json({"before": options.before, "after": options.after, "changes": changes_json(found)})
    elif found:
        print_changes(found)
    else:
        print(f"Target sets {options.before} and {options.after} have the same targets.")


def revert(options: Namespace) -> None:
    """Make a new set with the targets of an earlier one."""
    from store.targets import revert_targets
    from tui.actor import who

    with writing(options) as store:
        saved = revert_targets(
            store, options.number, reason=options.reason, actor=who(), expected=options.expect_set
        )
    print_saved(saved, as_json=options.json)


def withdraw(options: Namespace) -> None:
    """Take back a set that is not in force yet."""
    from store.targets import withdraw_targets
    from tui.actor import who

    with writing(options) as store:
        later = withdraw_targets(store, options.number, reason=options.reason, actor=who())
    if options.json:
        print_json({"withdrawn": options.number, "made_of_it": list(later)})
        return
    print(f"Target set {options.number} is withdrawn and will not come into force.")
    for number in later:
        print(f"Please note: target set {number} was made after it and keeps its numbers; withdraw it too?")
