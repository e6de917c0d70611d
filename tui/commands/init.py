"""`stagewatch init`: a new store for an organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands.audit_proof import key_for_auditor, print_key_file
from tui.commands.files import read_text
from tui.commands.output import print_json, writing

if TYPE_CHECKING:
    from argparse import Namespace


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
    with writing(options) as store:
        made = found_organisation(
            store, options.organisation, spec=spec, catalogue=catalogue, targets=targets
        )
        place = str(store.location)
        warnings = made.calendar.warnings(made.today(store.clock()))
    key, why_not = key_for_auditor(options)
    if options.json:
        print_json(
            {
                "organisation": made.name,
                "store": place,
                "calendar": spec.region,
                "timezone": spec.zone,
                "stages": len(catalogue.stages),
                "kpis": len(catalogue.kpis),
                "target_set": 1,
                "audit_key": None if key is None else key_file_text(key),
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
        print("Next: stagewatch import FILE --mapping MAP.toml")
