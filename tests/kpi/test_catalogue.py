"""Catalogues: the built-in one, writing and reading back, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.catalogue import Catalogue, CatalogueError, Kpi, Stage, built_in, load_catalogue, write_catalogue

SHARED = Path(__file__).parents[3] / "shared" / "catalogue.toml"
ONE = """
[[stage]]
code = "a"
title = "A"
  [[stage.kpi]]
  code = "a.b"
  title = "B"
  subject = "listing"
  starts = ["x"]
  ends = ["y"]
"""


def test_the_built_in_catalogue_is_nhs_jobs() -> None:
    catalogue = built_in()
    assert [stage.code for stage in catalogue.stages] == [
        "draft", "approvals", "published", "shortlisting", "interviews", "ready_to_offer", "offers", "checks",
        "contracts", "end",
    ]  # fmt: skip
    with_targets = [kpi for kpi in catalogue.kpis if kpi.deadline is None]
    assert len(with_targets) == 29
    assert catalogue.by_code["shortlisting.online_scoring"].opens == ("shortlisting_online_chosen",)
    assert catalogue.by_code["interviews.scheduled"].timer == "interviews_started"
    assert {"listing_frozen", "application_withdrawn", "offer_sent_to_another"} <= catalogue.events


def test_the_built_in_catalogue_is_the_published_one() -> None:
    if not SHARED.exists():
        pytest.skip("the shared catalogue is not beside this checkout")
    assert load_catalogue(SHARED.read_text("utf-8")) == built_in()


CODES = st.from_regex(re.compile(r"[a-z0-9_]{1,8}(\.[a-z0-9_]{1,8})?"), fullmatch=True)
WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Cn", "Co")), min_size=1, max_size=20
)
TITLES = WORDS.map(str.strip).filter(bool)
NAMES = st.lists(TITLES.filter(lambda name: name != "*"), min_size=1, max_size=3).map(tuple)
KPIS = st.builds(
    Kpi,
    code=CODES,
    title=TITLES,
    stage=st.just("one"),
    subject=st.sampled_from(["listing", "application"]),
    starts=NAMES,
    ends=st.one_of(NAMES, st.just(("*",))),
    opens=st.one_of(st.just(()), NAMES),
    timer=st.sampled_from([None, "interviews_started", "interviews_finished"]),
    deadline=st.sampled_from([None, "closing_date"]),
    final=st.booleans(),
)


@given(TITLES, st.lists(KPIS, max_size=5, unique_by=lambda kpi: kpi.code))
def test_what_is_written_reads_back_equal(title: str, kpis: list[Kpi]) -> None:
    catalogue = Catalogue((Stage("one", title, tuple(kpis)),))
    assert load_catalogue(write_catalogue(catalogue)) == catalogue


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[[stage]]", "[[stage", "not a TOML file"),
        ('code = "a"', 'code = "A b"', "code must be"),
        ('title = "A"', "", "needs a title"),
        ('title = "B"', 'title = "\\u001b"', "needs a title"),
        ('subject = "listing"', 'subject = "person"', "subject must be listing or application"),
        ('starts = ["x"]', "starts = []", "starts names no event"),
        ('starts = ["x"]', 'starts = "x"', "must be a list"),
        ('starts = ["x"]', 'starts = [" x "]', "without blanks around them"),
        ("[[stage.kpi]]", "[[stage.kpis]]", "unknown key “kpis”"),
        ('starts = ["x"]', 'starts = ["*"]', "only in ends"),
        ('ends = ["y"]', "", "ends names no event"),
        ('ends = ["y"]', 'ends = ["y"]\n  timer = "tea = at four"', "no timer is known"),
        ('ends = ["y"]', 'ends = ["y"]\n  deadline = "tomorrow"', "deadline must be closing_date"),
        ('ends = ["y"]', 'ends = ["y"]\n  colour = "red"', "unknown key “colour”"),
        ('ends = ["y"]', 'ends = ["y"]\n  final = "yes"', "final is true or false"),
    ],
)
def test_a_catalogue_that_breaks_a_rule_is_refused_in_one_line(old: str, new: str, message: str) -> None:
    assert load_catalogue(ONE).stages
    with pytest.raises(CatalogueError, match=message) as refusal:
        load_catalogue(ONE.replace(old, new, 1))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("text", ["", "stage = 3", "stage = []"])
def test_a_catalogue_has_at_least_one_stage(text: str) -> None:
    with pytest.raises(CatalogueError, match="at least one"):
        load_catalogue(text)


def test_codes_stand_once() -> None:
    with pytest.raises(CatalogueError, match="stage code “a” stands twice"):
        load_catalogue(ONE + ONE)
    with pytest.raises(CatalogueError, match=r"KPI code “a\.b” stands twice"):
        load_catalogue(ONE + ONE.replace('code = "a"\n', 'code = "c"\n'))
