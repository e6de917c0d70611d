"""A SQLite file under a key: nothing of it can be read without, and everything goes on as before with it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kpi.targets import Target
from store import file_keys
from store.audit_care import begin_key
from store.audit_verify import verify
from store.backup import back_up
from store.care import describe
from store.checking import check_store
from store.encrypting import decrypt_store, encrypt_store, with_new_key
from store.errors import StoreError
from store.file_keys import salt_of, take_key
from store.location import Location, find_location
from store.maintenance import rebuild
from store.moment import one_moment
from store.restore import restore
from store.sqlite_open import file_key
from store.targets import save_targets
from store.work import Store
from tests.oracle import generate
from tests.store.helpers import everything, import_rows, new_store
from tests.store.keyrings import Ring
from tests.store.recorded import CODE

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "S1-L1"  # a reference of the rows that are brought in


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    with new_store(str(folder / "store.db")) as made:
        import_rows(made, generate.recruitment(1, 2), folder)
    return folder / "store.db"


@pytest.fixture
def plain_store(built: Path, ring: Ring, tmp_path: Path) -> Iterator[Store]:
    shutil.copy(built, tmp_path / "store.db")
    with closing(Store(find_location(str(tmp_path / "store.db")))) as made:
        yield made


@pytest.fixture
def place(plain_store: Store) -> Location:
    """The same, encrypted, and open nowhere."""
    plain_store.close()
    encrypt_store(plain_store.location)
    return plain_store.location


def bytes_of(location: Location) -> bytes:
    assert location.path is not None
    return b"".join(path.read_bytes() for path in location.path.parent.glob(f"{location.path.name}*"))


def test_nothing_of_an_encrypted_file_can_be_read(plain_store: Store) -> None:
    place = plain_store.location
    plain_store.close()
    assert SECRET.encode() in bytes_of(place)
    encrypt_store(place)
    found = bytes_of(place)
    for text in (SECRET, "Northbank", "SQLite format", "CREATE TABLE", "listing"):
        assert text.encode() not in found, text
    assert place.path is not None
    with (
        closing(sqlite3.connect(place.path)) as connection,
        pytest.raises(sqlite3.DatabaseError, match="not a database"),
    ):
        connection.execute("SELECT * FROM organisation")


def test_an_encrypted_store_holds_what_the_plain_one_held_and_goes_on(
    plain_store: Store, tmp_path: Path
) -> None:
    before = everything(plain_store)
    place = plain_store.location
    plain_store.close()
    encrypt_store(place)
    with closing(Store(place)) as made:
        assert everything(made) == before
        save_targets(made, {CODE: Target(1, 2)}, reason="Goes on", actor="Ada")
        import_rows(made, generate.recruitment(2, 2), tmp_path)
        assert rebuild(made).changed == 0
    assert check_store(place, full=True).problems == 0
    assert "encrypted by SQLCipher" in describe(place).database
    assert verify(place, 0).attack is None
    assert SECRET.encode() not in bytes_of(place)


def test_the_log_says_who_encrypted_and_its_keys_go_on(plain_store: Store) -> None:
    begin_key(plain_store, actor="Ada")
    place = plain_store.location
    plain_store.close()
    encrypt_store(place)
    decrypt_store(place)
    with one_moment(place) as plain:
        rows = plain.rows("SELECT operation FROM audit_entry ORDER BY seq DESC LIMIT 2")
    assert rows == [("store.decrypt",), ("store.encrypt",)]
    assert verify(place, 0).result == "proven"


def test_a_decrypted_store_is_plain_again_and_holds_the_same(place: Location) -> None:
    with closing(Store(place)) as made:
        before = everything(made)
    decrypt_store(place)
    assert place.path is not None
    assert salt_of(place.path) is None
    with closing(Store(place)) as made:
        assert everything(made) == before
    with closing(sqlite3.connect(place.path)) as connection:
        assert connection.execute("PRAGMA page_size").fetchone() == (8192,)


def test_the_old_file_is_overwritten(plain_store: Store, tmp_path: Path) -> None:
    place = plain_store.location
    assert place.path is not None
    plain_store.close()
    (tmp_path / "second name").hardlink_to(place.path)  # whereby what becomes of it can be seen
    encrypt_store(place)
    assert set((tmp_path / "second name").read_bytes()) == {0}


def test_a_store_that_is_open_elsewhere_is_left_alone(plain_store: Store) -> None:
    place = plain_store.location
    assert place.path is not None
    # In a process of its own, as such programs are: two copies of SQLite in one see no locks of each other.
    reading = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN'); "
        "c.execute('SELECT * FROM organisation').fetchall(); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", reading, place.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(StoreError, match="open in another program"):
            encrypt_store(place)
        other.communicate()
    assert salt_of(place.path) is None
    assert [path.name for path in place.path.parent.glob(".*")] == []


def test_without_a_place_for_the_key_nothing_is_encrypted(tmp_path: Path) -> None:
    with new_store(str(tmp_path / "store.db")) as made:
        made.close()
        with pytest.raises(StoreError, match="no keyring"):
            encrypt_store(made.location)
        assert describe(made.location).organisation == "Northbank"


def test_a_failure_on_the_way_leaves_the_plain_store_and_no_key(
    plain_store: Store, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("the copy did not come out right")

    monkeypatch.setattr("store.encrypting.check_copy", fail)
    plain_store.close()
    with pytest.raises(StoreError, match="did not come out right"):
        encrypt_store(plain_store.location)
    assert ring.kept == {}
    assert describe(plain_store.location).organisation == "Northbank"


def test_without_its_key_a_file_is_not_opened_and_with_it_it_is(
    place: Location, ring: Ring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = file_key(place)
    assert key is not None
    monkeypatch.setattr(file_keys, "_known", {})
    ring.kept.clear()
    with pytest.raises(StoreError, match="if it is encrypted, its key is not here"):
        describe(place)
    (tmp_path / "key").write_text(f"\n{key.text}\n")
    assert take_key(tmp_path / "key") == key
    assert describe(place).organisation == "Northbank"
    ring.kept = dict.fromkeys(ring.kept, "0" * 64)
    monkeypatch.setattr(file_keys, "_known", {})
    with pytest.raises(StoreError, match="its key is not here"):
        describe(place)


def test_a_key_that_the_file_has_by_now_is_never_let_go(
    plain_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    place = plain_store.location
    monkeypatch.setattr("store.encrypting._overwrite", fail)
    plain_store.close()
    with pytest.raises(KeyboardInterrupt):
        encrypt_store(place)
    monkeypatch.setattr(file_keys, "_known", {})
    assert describe(place).organisation == "Northbank"
    assert file_key(place) is not None


@pytest.mark.parametrize("text", ["", "stagewatch store key 1\nfile 00\nkey 00\n", "{}"])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text)
    with pytest.raises(StoreError, match="is no key of an encrypted store"):
        take_key(tmp_path / "key")


def test_a_key_does_not_show_by_chance(place: Location) -> None:
    key = file_key(place)
    assert key is not None
    assert key.key not in f"{key!r} {Location(path=place.path, key=key)!r}"


def test_a_page_that_was_changed_is_found(place: Location) -> None:
    assert place.path is not None
    with place.path.open("r+b") as file:
        file.seek(3 * 4096 + 100)
        file.write(b"\0\0\0\0")
    assert "malformed" in check_store(place).parts["database"][0]


# ------------------------------------------------------------------------------------------- backups


def test_a_backup_of_an_encrypted_store_is_encrypted_with_its_key(place: Location, tmp_path: Path) -> None:
    back_up(place, tmp_path / "copy.db")
    assert file_key(Location(path=tmp_path / "copy.db")) == file_key(place)
    assert SECRET.encode() not in (tmp_path / "copy.db").read_bytes()
    elsewhere = find_location(str(tmp_path / "elsewhere.db"))
    restore(elsewhere, tmp_path / "copy.db")
    assert file_key(elsewhere) == file_key(place)
    assert describe(elsewhere).counts == describe(place).counts


@pytest.mark.parametrize("now_encrypted", [True, False])
def test_a_backup_from_before_is_restored_into_what_the_store_is_now(
    plain_store: Store, tmp_path: Path, now_encrypted: bool
) -> None:
    place = plain_store.location
    plain_store.close()
    if not now_encrypted:
        encrypt_store(place)
    wanted = describe(place).counts
    back_up(place, tmp_path / "copy.db")
    (encrypt_store if now_encrypted else decrypt_store)(place)
    restore(place, tmp_path / "copy.db", replace=True)
    assert (file_key(place) is not None) == now_encrypted
    assert describe(place).counts == wanted
    assert verify(place, 0).attack is None
    assert (SECRET.encode() in bytes_of(place)) != now_encrypted


@pytest.mark.slow
def test_an_encrypted_backup_is_restored_on_a_server(
    place: Location, postgres_url: str, tmp_path: Path
) -> None:
    back_up(place, tmp_path / "copy.db")
    restore(find_location(postgres_url), tmp_path / "copy.db")
    assert describe(find_location(postgres_url)).counts == describe(place).counts


# ---------------------------------------------------------------------------------------- from the first


def test_a_store_is_encrypted_from_the_first(ring: Ring, tmp_path: Path) -> None:
    place = with_new_key(find_location(str(tmp_path / "store.db")))
    from store.organisation import found_organisation

    with closing(Store(place)) as made:
        found_organisation(made, "Northbank")
    assert b"Northbank" not in bytes_of(place)
    assert describe(find_location(str(tmp_path / "store.db"))).organisation == "Northbank"
    with pytest.raises(StoreError, match="there is something"):
        with_new_key(place)
    with pytest.raises(StoreError, match="encrypted already"):
        encrypt_store(place)


def test_a_server_and_a_plain_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="a server keeps its own files"):
        encrypt_store(Location(url="postgresql://nowhere/x"))
    with pytest.raises(StoreError, match="there is no store"):
        decrypt_store(Location(path=tmp_path / "none.db"))
    with new_store(str(tmp_path / "store.db")) as made, pytest.raises(StoreError, match="is not encrypted"):
        decrypt_store(made.location)


def test_the_extra_is_asked_for_by_name(plain_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    with pytest.raises(StoreError, match=r"stagewatch\[sqlcipher\]"):
        encrypt_store(plain_store.location)


def test_a_look_at_how_a_file_begins_takes_no_lock_away(plain_store: Store) -> None:
    path = plain_store.location.path
    assert path is not None
    writing = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            assert salt_of(path) is None
        done = subprocess.run([sys.executable, "-c", writing, path], capture_output=True, check=False)
        assert b"database is locked" in done.stderr
