"""Founding a store, its schema and its refusals, on both databases."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

import store.tables  # noqa: F401 - fills the metadata
from kpi.calendar import CalendarError, CalendarSpec
from kpi.catalogue import built_in
from kpi.targets import Target
from store import schema
from store.errors import StoreError, StoreMissingError
from store.location import Location, find_location
from store.maintenance import rebuild
from store.organisation import found_organisation
from store.plain import connect
from store.reading import open_reader
from store.schema_shape import UNASKED
from store.target_sets import load_target_sets
from store.work import Store
from tests.store.helpers import new_store, reader_of


def test_a_new_store_has_its_first_target_set(store_url: str) -> None:
    with (
        new_store(store_url, anew=True, targets={"offers.sent": Target(3, 7)}) as made,
        reader_of(made) as reader,
    ):
        assert reader.organisation() == "Northbank"
        assert reader.rules.catalogue == built_in()
        sets = load_target_sets(reader._plain)
        assert [(one.number, one.effective_from) for one in sets] == [(1, None)]
        assert sets[0].target("offers.sent") == Target(3, 7)
        assert sets[0].target("checks.decision") == Target(99, 99)
        assert reader.is_empty()
        assert reader.board().totals.tasks == 0
        assert reader.users() == ()


def test_the_migrations_make_what_the_tables_say(store_url: str) -> None:
    with new_store(store_url, anew=True) as made, made.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    if made.location.url is None:
        assert found == []
    else:  # the references that `store check` looks after, not the server
        assert {(what, key.table.name) for what, key in found} == {("add_fk", table) for table in UNASKED}


def test_the_versions_are_the_files() -> None:
    files = sorted(Path(schema.__file__).parent.joinpath("migrations", "versions").glob("0*.py"))
    assert tuple(file.name[:4] for file in files) == schema.VERSIONS


def test_a_store_is_founded_once(store_url: str) -> None:
    with new_store(store_url, anew=True) as made:
        with pytest.raises(StoreError, match="already belongs to “Northbank”; it was left as it is"):
            found_organisation(made, "Another")
        with reader_of(made) as reader:
            assert reader.organisation() == "Northbank"


@pytest.mark.parametrize("name", ["", "  ", "\x1b\x00", "x" * 201])
def test_an_organisation_needs_a_name(tmp_path: Path, name: str) -> None:
    made = Store(Location(path=tmp_path / "new.db"))
    with pytest.raises(StoreError, match="name"):
        found_organisation(made, name)
    assert not (tmp_path / "new.db").exists()


def test_a_calendar_that_cannot_be_built_leaves_no_store(tmp_path: Path) -> None:
    made = Store(Location(path=tmp_path / "new.db"))
    with pytest.raises(CalendarError):
        found_organisation(made, "Northbank", spec=CalendarSpec(region="XX"))
    assert not (tmp_path / "new.db").exists()


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "new.db"
    with new_store(str(path), anew=True):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_store_of_a_newer_program_is_refused_and_its_bytes_are_untouched(
    store_url: str, tmp_path: Path
) -> None:
    with new_store(store_url, anew=True) as made:
        with made.work("test") as work:
            work.plain.run("UPDATE alembic_version SET version_num = '9999'")
        made.close()
        before = bytes_of(made.location)
        with pytest.raises(StoreError, match=r"newer Stagewatch \(schema 9999"):
            open_reader(made.location)
        with pytest.raises(StoreError, match=r"newer Stagewatch \(schema 9999"):
            found_organisation(made, "Northbank")
        made.close()
        assert bytes_of(made.location) == before


def bytes_of(location: Location) -> bytes:
    """The file as it is; nothing for a store on a server."""
    return location.path.read_bytes() if location.path else b""


def test_where_there_is_no_store_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreMissingError, match=r"there is no store at .*stagewatch init"):
        open_reader(str(tmp_path / "none.db"))
    empty = tmp_path / "empty.db"
    empty.touch()
    with pytest.raises(StoreMissingError, match="there is no store"):
        open_reader(str(empty))


def test_a_file_that_is_no_store_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear Sir or Madam, " * 100)
    with pytest.raises(StoreError, match="damaged or no Stagewatch store"):
        open_reader(str(path))
    with pytest.raises(StoreError, match="damaged or no Stagewatch store"):
        found_organisation(made := Store(Location(path=path)), "Northbank")
    made.close()
    assert path.read_bytes() == b"Dear Sir or Madam, " * 100


def test_events_cannot_be_changed_or_removed(store_url: str, tmp_path: Path) -> None:
    from tests.oracle import generate
    from tests.store.helpers import import_rows

    with new_store(store_url, anew=True) as made:
        import_rows(made, generate.recruitment(1, 1), tmp_path)
        for sql in ("UPDATE event SET kind = 'x'", "DELETE FROM event"):
            with pytest.raises(StoreError, match="append-only"), made.work("test") as work:
                work.plain.run(sql)
        if made.location.path:
            with pytest.raises(StoreError, match="append-only"), made.work("test") as work:
                work.plain.run("INSERT OR REPLACE INTO event SELECT * FROM event")


@pytest.mark.parametrize(
    ("text", "path", "url"),
    [
        ("/tmp/x.db", "/tmp/x.db", None),  # noqa: S108 - never opened
        ("sqlite:////tmp/x.db", "/tmp/x.db", None),  # noqa: S108
        ("postgresql://u:p@h/d", None, "postgresql://u:p@h/d"),
    ],
)
def test_where_a_store_is(text: str, path: str | None, url: str | None) -> None:
    found = find_location(text)
    assert (found.path and str(found.path), found.url) == (path, url)


def test_the_environment_names_a_store_and_the_data_folder_is_the_last_resort(
    monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> None:
    assert find_location().path == own_home / ".local/share/stagewatch/stagewatch.db"
    monkeypatch.setenv("STAGEWATCH_STORE", "elsewhere.db")
    assert find_location().path == Path("elsewhere.db")
    assert find_location("here.db").path == Path("here.db")
    with pytest.raises(StoreError, match="“mysql” is no kind of store"):
        find_location("mysql://x")


def test_a_password_is_never_shown() -> None:
    assert str(Location(url="postgresql://u:secret@h/d")) == "postgresql://u:…@h/d"
    assert "secret" not in str(Location(url="postgresql://h/d?user=u&password=secret&port=1"))
    odd = Location(url="postgresql://u:s%40cret/x@h/d")
    assert odd.conceal("invalid token s@cret/x in s%40cret/x") == "invalid token … in …"
    for bad in ("postgresql://odd:p[ss@127.0.0.1:1/s", "postgresql://odd:pass@127.0.0.1:port/s"):
        for use in (connect, open_writer):
            with pytest.raises(StoreError) as refusal:
                use(find_location(bad))
            assert "pass" not in str(refusal.value)
            assert "p[ss" not in str(refusal.value)


def open_writer(location: Location) -> None:
    """Begin to write there."""
    with Store(location).work("test"):
        pass


@pytest.mark.parametrize("name", ["x?y.db", "a b#c%20.db", "né.db"])
def test_a_path_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with new_store(str(path), anew=True) as made, reader_of(made) as reader:
        assert reader.organisation() == "Northbank"
    assert {file.name for file in tmp_path.iterdir()} == {name}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_founding_leaves_no_trace(store_url: str) -> None:
    with new_store(store_url, anew=True) as made, reader_of(made) as reader:
        before = reader.revision()
        with pytest.raises(StoreError, match="already belongs"):
            found_organisation(made, "Another")
        assert reader.revision() == before
        assert reader.rules.store_id


def test_rebuild_refuses_a_newer_store_untouched(store_url: str) -> None:
    with new_store(store_url, anew=True) as made, reader_of(made) as reader:
        with made.work("test") as work:
            work.plain.run("UPDATE alembic_version SET version_num = '9999'")
        before = reader.revision()
        with pytest.raises(StoreError, match="newer Stagewatch"):
            rebuild(made)
        assert reader.revision() == before


def test_an_unreachable_server_is_said_in_words() -> None:
    with pytest.raises(StoreError, match="cannot be reached"):
        connect(Location(url="postgresql://nobody@127.0.0.1:1/none"))
    made = Store(Location(url="postgresql://nobody@127.0.0.1:1/none"))
    with pytest.raises(StoreError, match="cannot be reached"), made.work("test"):
        pass
