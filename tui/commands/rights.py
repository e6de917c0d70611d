"""Rights as they are written in a command: their names, with commas between them."""

from __future__ import annotations

from kpi.policy import Action
from kpi.text import clean
from store.errors import StoreError


def rights_named(field: str, text: str) -> frozenset[Action]:
    """The rights that a text names; StoreError for a name that is none."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = {action.value: action for action in Action}
    for name in names:
        if name not in known:
            raise StoreError(
                f"{field}: “{clean(name)}” is no right; “stagewatch people policy” names them all"
            )
    return frozenset(known[name] for name in names)
