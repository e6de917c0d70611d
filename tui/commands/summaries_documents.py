"""`stagewatch summaries document add|appeal|decide`: what is attached to a summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi.text import clean
from tui.commands.output import print_json, writing
from tui.commands.summaries_saying import only_once
from tui.summary_words import document_days, document_state, kind_title

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from store.summary_facts import Document


def add_one(options: Namespace) -> None:
    """Attach a document to a summary."""
    from store.documents import add_document

    context = only_once(options.context)
    with writing(options) as store:
        made = add_document(
            store,
            options.summary,
            options.kind,
            options.text,
            context=context,
            from_day=options.since,
            until_day=options.until,
        )
    if options.json:
        print_json({"document": made.number, "id": made.summary, "kind": made.kind})
    else:
        print(f"Document {made.number}, {kind_title(made.kind)}, is attached to summary {made.summary}.")


def appeal(options: Namespace) -> None:
    """Appeal against a document."""
    from store.documents import appeal as object_to

    with writing(options) as store:
        done = object_to(store, options.document, options.reason)
    if options.json:
        print_json({"document": done.number, "id": done.summary, "kind": done.kind})
    else:
        print(f"Your appeal against document {done.number}, {kind_title(done.kind)}, waits for a decision.")


def decide(options: Namespace) -> None:
    """Decide an appeal."""
    from store.documents import decide_appeal

    with writing(options) as store:
        done = decide_appeal(store, options.document, options.decision, options.reason)
    if options.json:
        print_json({"document": done.number, "id": done.summary, "decision": done.decision})
    else:
        print(f"The appeal against document {done.number} is {done.decision}.")


def print_documents(documents: Sequence[Document]) -> None:
    """Documents of a summary, each with what its kind asks for."""
    if documents:
        print("\nDocuments")
    for one in documents:
        days = document_days(one)
        head = [kind_title(one.kind), document_state(one), *([days] if days else [])]
        print(f"  {one.number}  {', '.join(head)}, by {clean(one.author)}: “{clean(one.text)}”")
        for key, said in one.context.items():
            print(f"       {clean(key).replace('_', ' ')}: {clean(said)}")
        if one.appeal is not None:
            print(f"       appeal: {clean(one.appeal)}")
        if one.decision is not None:
            print(
                f"       {one.decision} by {clean(one.decided_by or '')}: {clean(one.decision_reason or '')}"
            )


def document_json(one: Document) -> dict[str, Any]:
    """A document in the machine form."""
    return {
        "document": one.number,
        "id": one.summary,
        "kind": one.kind,
        "text": one.text,
        "context": dict(one.context),
        "from": None if one.from_day is None else one.from_day.isoformat(),
        "until": None if one.until_day is None else one.until_day.isoformat(),
        "author": one.author,
        "at": one.at.isoformat(),
        "appeal": one.appeal,
        "appealed_at": None if one.appealed_at is None else one.appealed_at.isoformat(),
        "decision": one.decision,
        "decided_by": one.decided_by,
        "decision_reason": one.decision_reason,
        "in_force": one.in_force,
        "may_appeal": one.may_appeal,
        "may_decide": one.may_decide,
    }
