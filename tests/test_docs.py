"""The documents against the program: what they write can be written so, and nothing is left out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from kpi.catalogue import load_catalogue
from kpi.targets import load_targets
from store.feeds.mapping import load_mapping
from tui.arguments import make_parser, parse

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"^    stagewatch(?: .*)?$", re.MULTILINE)


def commands() -> list[str]:
    return [line.strip() for page in PAGES for line in COMMAND.findall(page.read_text("utf-8"))]


@pytest.mark.parametrize("line", commands())
def test_every_command_in_the_documents_can_be_written_so(line: str) -> None:
    assert parse(shlex.split(line)[1:]).run


def test_every_command_and_option_is_documented() -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    usage = make_parser().format_help()
    named = set(re.findall(r"^    ([a-z-]+) ", usage, re.MULTILINE))
    assert named >= {"init", "import", "board", "tasks", "explain", "demo"}
    for name in named:
        assert f"| `{name}` |" in page, name


def test_links_between_documents_lead_somewhere() -> None:
    for page in [*PAGES, ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def blocks(page: str, first: str) -> list[str]:
    """The indented TOML examples of a page that begin with `first`."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    found = re.findall(r"(?:^(?:    .*)?\n)+", text, re.MULTILINE)
    plain = ["\n".join(line[4:] for line in block.splitlines()).strip() for block in found]
    return [block for block in plain if block.startswith(first)]


def test_the_examples_of_mapping_and_targets_are_good() -> None:
    (mapping,) = blocks("importing.md", "[source]")
    assert load_mapping(mapping).name == "our ATS"
    (targets,) = blocks("commands.md", "[targets.")
    catalogue = load_catalogue((ROOT / "kpi" / "nhs_jobs.toml").read_text("utf-8"))
    assert load_targets(targets, catalogue)["draft.ready_to_publish"].due_days == 5
