"""Several organisations by name; passwords go to the keyring and nowhere else."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import keyring
import keyring.backends.fail
import keyring.backends.null
import pytest

from store.accounts import accounts_path, add_account, load_accounts, location_of, remove_account, use_account
from store.errors import StoreError
from store.location import find_location
from tests.store.helpers import new_store
from tests.store.keyrings import Ring

ROOT = Path(__file__).parents[2]


def test_the_account_in_use_is_the_store_when_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> None:
    in_the_data_folder = find_location().path
    assert load_accounts().accounts == ()
    monkeypatch.chdir(tmp_path)
    one, two = add_account("Northbank", "one.db"), add_account("St Elsewhere", str(tmp_path / "two.db"))
    assert one.address == str(tmp_path / "one.db")
    assert find_location().path == in_the_data_folder
    assert use_account("northbank") == one
    monkeypatch.chdir(own_home)
    assert find_location().path == tmp_path / "one.db"
    assert find_location("here.db").path == Path("here.db")
    monkeypatch.setenv("STAGEWATCH_STORE", "there.db")
    assert find_location().path == Path("there.db")
    monkeypatch.delenv("STAGEWATCH_STORE")
    use_account("St Elsewhere")
    assert find_location().path == Path(two.address)
    remove_account("Northbank")
    assert find_location().path == Path(two.address)
    remove_account("st elsewhere")
    assert find_location().path == in_the_data_folder


def test_the_list_is_for_its_owner_alone_and_removing_leaves_the_store(tmp_path: Path) -> None:
    with new_store(str(tmp_path / "one.db")) as made:
        assert made.location.path
        add_account("Northbank", str(made.location.path))
        assert stat.S_IMODE(accounts_path().stat().st_mode) == 0o600
        assert stat.S_IMODE(accounts_path().parent.stat().st_mode) == 0o700
        before = made.location.path.read_bytes()
        assert not remove_account("Northbank").password_left
        assert made.location.path.read_bytes() == before
    assert {path.name for path in accounts_path().parent.iterdir()} == {"accounts.json", "accounts.lock"}


@pytest.mark.parametrize(
    ("place", "address", "password"),
    [
        ("postgresql://u:pass@h/d", "postgresql://u@h/d", "pass"),
        ("postgresql://u:p%40ss%2Fw%3A@h:5433/d", "postgresql://u@h:5433/d", "p@ss/w:"),
        ("postgres://u@h/d?password=pass&sslmode=require", "postgres://u@h/d?sslmode=require", "pass"),
        ("postgresql://u:pä%20ss@[::1]:5432/d", "postgresql://u@[::1]:5432/d", "pä ss"),
        ("postgresql://u:pass@h1:1,h2:2/d", "postgresql://u@h1:1,h2:2/d", "pass"),
        ("postgresql+psycopg://u:a@b@h/d", "postgresql+psycopg://u@h/d", "a@b"),
    ],
)
def test_a_password_goes_to_the_keyring_never_into_the_list(
    ring: Ring, place: str, address: str, password: str
) -> None:
    account = add_account("Northbank", place)
    assert (account.address, account.keyring) == (address, True)
    assert list(ring.kept.values()) == [password]
    for text in (password, "pass", "p%40ss"):
        assert text not in accounts_path().read_text("utf-8")
    use_account("Northbank")
    found = find_location()
    assert password not in str(found) or password in address
    import psycopg.conninfo

    said = psycopg.conninfo.conninfo_to_dict(found.psycopg_url)
    assert (said["user"], said["password"], said["dbname"]) == ("u", password, "d")
    remove_account("Northbank")
    assert ring.kept == {}


def test_a_store_on_a_server_opens_by_its_account(ring: Ring, postgres_url: str) -> None:
    with new_store(postgres_url):
        pass
    add_account("Northbank", postgres_url)
    use_account("Northbank")
    from store.care import describe

    assert describe(find_location()).organisation == "Northbank"


@pytest.mark.parametrize("kind", ["fail", "null", "plain", "locked", "forgetful"])
def test_without_a_keyring_nothing_is_written_and_a_way_out_is_named(ring: Ring, kind: str) -> None:
    if kind == "fail":
        keyring.set_keyring(keyring.backends.fail.Keyring())
    elif kind == "null":
        keyring.set_keyring(keyring.backends.null.Keyring())
    elif kind == "plain":
        keyring.set_keyring(type("Plain", (Ring,), {"__module__": "keyrings.alt.file"})())
    else:
        setattr(ring, kind, True)
    with pytest.raises(StoreError, match=r"keyring.*~/\.pgpass.*PGPASSFILE") as refused:
        add_account("Northbank", "postgresql://u:secret@h/d")
    assert "\n" not in str(refused.value)
    assert not accounts_path().exists()
    account = add_account("Northbank", "postgresql://u@h/d")
    assert not account.keyring
    assert location_of(account).url == "postgresql://u@h/d"


def test_a_keyring_that_has_gone_is_said_in_one_line(ring: Ring) -> None:
    account = add_account("Northbank", "postgresql://u:secret@h/d")
    use_account("Northbank")
    ring.locked = True
    with pytest.raises(StoreError, match="Failed to unlock"):
        find_location()
    assert remove_account("Northbank").password_left
    ring.locked = False
    ring.kept.clear()
    with pytest.raises(StoreError, match="keyring has no password for"):
        location_of(account)


def test_a_list_that_was_tampered_with_gets_no_password(ring: Ring) -> None:
    add_account("Northbank", "postgresql://u:secret@h/d")
    use_account("Northbank")
    text = accounts_path().read_text("utf-8")
    accounts_path().write_text(text.replace("@h/", "@elsewhere/"), "utf-8")
    with pytest.raises(StoreError, match="keyring has no password for"):
        find_location()


@pytest.mark.parametrize(
    "place",
    [
        "", "mysql://u:secret@h/d", "postgresql:/u:secret@h/d", "postgresql://u:secret/x@h/d",
        "postgresql://u:12/secret@h/d", "postgresql://u:12?secret@h/d", "postgresql://u:12#secret@h/d",
        "postgresql://:secret@h/d", "postgresql://u@h/d?sslpassword=secret", "postgresql://u:secret @h/d",
    ],
)  # fmt: skip
def test_an_address_that_might_hide_a_password_is_refused(ring: Ring, place: str) -> None:
    with pytest.raises(StoreError) as refused:
        add_account("Northbank", place)
    assert "secret" not in str(refused.value)
    assert not accounts_path().exists()
    assert ring.kept == {}


def test_names_are_held_apart_and_unknown_ones_said(tmp_path: Path) -> None:
    add_account("Northbank", "one.db")
    with pytest.raises(StoreError, match="an account “Northbank” already"):
        add_account("NORTHBANK\x1b", "two.db")
    for name in ("", "\x1b", "x" * 101):
        with pytest.raises(StoreError, match="needs a name"):
            add_account(name, "two.db")
    for job in (use_account, remove_account):
        with pytest.raises(StoreError, match="no account “Southbank”"):
            job("Southbank")


@pytest.mark.parametrize(
    "text",
    ["", "[", "[]", "{}", '{"accounts": [{"name": 3, "address": "x"}]}', '{"accounts": 3}', "[" * 99_999],
)
def test_a_broken_list_is_said_in_one_line_and_left(text: str) -> None:
    accounts_path().parent.mkdir(parents=True)
    accounts_path().write_text(text, "utf-8")
    for job in (load_accounts, find_location, lambda: add_account("a", "b.db")):
        with pytest.raises(StoreError, match=r"list of accounts in .*mend or remove it"):
            job()
    assert accounts_path().read_text("utf-8") == text
    assert find_location("here.db").path == Path("here.db")


def test_accounts_added_at_the_same_time_are_all_kept(own_home: Path) -> None:
    script = (
        "import sys; from store.accounts import add_account\n"
        "for n in range(10): add_account(f'{sys.argv[1]}-{n}', 'x.db')"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, str(n)], cwd=ROOT) for n in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert len(json.loads(accounts_path().read_text("utf-8"))["accounts"]) == 30
