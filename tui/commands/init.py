"""`stagewatch init`: a new store for an organisation."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from store.errors import StoreError
from store.location import find_location
from tui.actor import writer
from tui.commands.audit_proof import key_for_auditor, print_key_file
from tui.commands.encryption import print_store_key
from tui.commands.files import read_text
from tui.commands.output import print_json, writing
from tui.commands.super_user import check_first, print_super_user, super_user_json

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from store.enrolling import FirstSuperUser
    from store.work import Store


def run(options: Namespace) -> None:
    """Found the organisation, with its calendar, catalogue and first target set."""
    from kpi.calendar import CalendarSpec, parse_weekdays
    from kpi.catalogue import built_in, load_catalogue
    from kpi.targets import load_targets
    from store.key_files import key_file_text
    from store.organisation import found_organisation

    catalogue = load_catalogue(read_text(options.catalogue)) if options.catalogue else built_in()
    targets = load_targets(read_text(options.targets), catalogue) if options.targets else {}
    spec = CalendarSpec(
        region=None if options.no_holidays else options.calendar,
        zone=options.timezone,
        weekdays=parse_weekdays(options.working_days),
    )
    password = None if options.super_user is None else check_first(options)
    with _founding(options) as store:
        made = found_organisation(
            store, options.organisation, spec=spec, catalogue=catalogue, targets=targets
        )
        file_key = store.location.key
        place = str(store.location)
        warnings = made.calendar.warnings(made.today(store.clock()))
    key, why_not = key_for_auditor(options)
    first, failure = (None, None) if password is None else _first_super_user(options, password)
    if options.json:
        print_json(
            {
                **({} if password is None else super_user_json(first)),
                "organisation": made.name,
                "store": place,
                "calendar": spec.region,
                "timezone": spec.zone,
                "stages": len(catalogue.stages),
                "kpis": len(catalogue.kpis),
                "target_set": 1,
                "audit_key": None if key is None else key_file_text(key),
                **({} if file_key is None else {"store_key": file_key.text}),
                "warnings": [*warnings, *([why_not] if why_not else [])],
            }
        )
    else:
        print(f"Made a store for {made.name} at {place}.")
        for warning in warnings:
            print(f"Please note: {warning}.")
        if key is None:
            print(f"Please note: {why_not}.")
        else:
            print_key_file(key)
        if file_key is not None:
            print_store_key(file_key.text)
        if first is not None:
            print_super_user(first)
        elif failure is None:
            print(
                "Whoever may write to it may do anything. To have people sign in, each with their own rights:"
            )
            print("  stagewatch people first-super-user NAME")
            print("Next: stagewatch import FILE --mapping MAP.toml")
    if failure is not None:
        raise failure


@contextmanager
def _founding(options: Namespace) -> Iterator[Store]:
    """Where the store will be; of one that is to be encrypted the key is let go if nothing comes of it."""
    if not options.encrypt:
        with writing(options) as store:
            yield store
        return
    from store.encrypting import with_new_key
    from store.file_keys import forget_unused

    location = with_new_key(find_location(options.store))
    try:
        with closing(writer(location, "command line")) as store:
            yield store
    except BaseException:
        if location.key is not None and location.path is not None:
            forget_unused(location.key, location.path)
        raise


def _first_super_user(options: Namespace, password: str) -> tuple[FirstSuperUser | None, StoreError | None]:
    """The first super user, or why there is none: the store is made by then, and its key was shown once."""
    from store.enrolling import make_first_super_user

    try:
        with writing(options) as store:
            return make_first_super_user(store, options.super_user, password), None
    except StoreError as error:
        return None, StoreError(
            f"{error}; the store is made, and open: “stagewatch people first-super-user NAME” guards it"
        )
