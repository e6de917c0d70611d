"""Accounts: several organisations, each its own store, by name; one of them is used when none is named.

The list is a small JSON file in the user's configuration folder. A password is never in it: it is taken
out of the address and kept by the system's keyring.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from kpi.text import clean
from store.errors import StoreError
from store.location import Location, find_location
from store.one_at_a_time import one_at_a_time
from store.secrets_kept import fetch_secret, forget_secret, keep_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_NAME = 100
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^:\[\]@,]*)(:\d+)?")


@dataclass(frozen=True, slots=True)
class Account:
    """A named store. `address` is a file's path or a URL without a password; `keyring`: one is kept there."""

    name: str
    address: str
    keyring: bool = False

    @property
    def shown(self) -> str:
        """The address for people; a password that somebody has written into the list by hand stays hidden."""
        if "://" in self.address:
            return str(Location(url=self.address))
        return str(find_location(self.address))


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts by name, and the name of the one in use, if any is."""

    accounts: tuple[Account, ...] = ()
    default: str | None = None

    def find(self, name: str) -> Account | None:
        """The account of that name, whatever its case."""
        wanted = clean(name).casefold()
        return next((account for account in self.accounts if account.name.casefold() == wanted), None)


def accounts_path() -> Path:
    """Where the list is kept."""
    from platformdirs import user_config_path  # deferred: not needed with an explicit store

    return user_config_path("stagewatch", appauthor=False) / "accounts.json"


def load_accounts() -> Accounts:
    """The list; empty if there is none yet, StoreError in one line if it cannot be understood."""
    path = accounts_path()
    try:
        found = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Accounts()
    except (OSError, ValueError, RecursionError) as error:
        said = error.strerror if isinstance(error, OSError) else "not JSON"
        raise StoreError(
            f"the list of accounts in {path} cannot be read ({said}); mend or remove it"
        ) from error
    try:
        listed = tuple(
            Account(_text(one["name"]), _text(one["address"]), one.get("keyring") is True)
            for one in found["accounts"]
        )
        default = found.get("default")
        known = Accounts(listed, None if default is None else _text(default))
    except (KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"the list of accounts in {path} is broken; mend or remove it") from error
    return known


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("a text is wanted")
    return value


def default_location() -> Location | None:
    """The store of the account in use, None if none is."""
    known = load_accounts()
    return None if known.default is None else location_of(_known(known, known.default))


def location_of(account: Account) -> Location:
    """Where an account's store is, with its password if the keyring keeps one."""
    address = account.address
    if account.keyring:
        parts = urlsplit(address)
        user, at, hosts = parts.netloc.rpartition("@")
        secret = quote(fetch_secret(_secret_name(account)), safe="")
        address = urlunsplit(parts._replace(netloc=f"{user}:{secret}{at or '@'}{hosts}"))
    return find_location(address)


def _secret_name(account: Account) -> str:
    # With the address: a list that somebody has tampered with must not send the password elsewhere.
    return f"{account.name} {account.address}"


def add_account(name: str, place: str) -> Account:
    """Put a store on the list; a password in its URL goes to the keyring.

    The store itself is not opened. StoreError if the name is taken, or the password cannot be kept safely.
    """
    name = clean(name).strip()
    if not name or len(name) > MOST_NAME:
        raise StoreError(f"an account needs a name of at most {MOST_NAME} characters")
    address, secret = _without_password(place)
    account = Account(name, address, secret is not None)
    with _changing() as known:
        if (there := known.find(name)) is not None:
            raise StoreError(f"there is an account “{there.name}” already, at {there.address}")
        if secret is not None:
            keep_secret(_secret_name(account), secret)
        try:
            _write(replace(known, accounts=(*known.accounts, account)))
        except StoreError:
            if secret is not None:
                forget_secret(_secret_name(account))
            raise
    return account


def use_account(name: str) -> Account:
    """Make an account the one that is used when no store is named."""
    with _changing() as known:
        account = _known(known, name)
        _write(replace(known, default=account.name))
    return account


@dataclass(frozen=True, slots=True)
class Removed:
    """The account that is off the list; `password_left` if the keyring would not let go of its password."""

    account: Account
    password_left: bool


def remove_account(name: str) -> Removed:
    """Take an account off the list, and its password out of the keyring; the store itself is not touched."""
    with _changing() as known:
        account = _known(known, name)
        default = (
            None if known.default is not None and known.find(known.default) == account else known.default
        )
        _write(Accounts(tuple(one for one in known.accounts if one != account), default))
    left = account.keyring and not forget_secret(_secret_name(account))
    return Removed(account, left)


def _known(known: Accounts, name: str) -> Account:
    account = known.find(name)
    if account is None:
        raise StoreError(f"there is no account “{clean(name)}”; “stagewatch account list” shows all")
    return account


def _without_password(place: str) -> tuple[str, str | None]:
    """An address without its password, and the password; a path is made absolute.

    StoreError if the address is none, or if a part of the password might stay in it.
    """
    location = find_location(place) if place else None
    if location is None:
        raise StoreError("an account needs a file's path or a postgresql:// address")
    if location.path is not None:
        if re.match(r"postgres(ql)?[+:/]", place):
            raise StoreError("that is no address; write postgresql://user@host/database")
        return str(Path(os.path.normpath(location.path.absolute()))), None
    parts = urlsplit(place)
    whose, _, hosts = parts.netloc.rpartition("@")
    user, _, password = whose.partition(":")
    query = parse_qsl(parts.query, keep_blank_values=True)
    odd = "@" in parts.path + parts.query or parts.fragment or any(character.isspace() for character in place)
    if odd or not all(_HOST.fullmatch(host) for host in hosts.split(",")):
        raise StoreError(
            "that address cannot be understood; write postgresql://user@host/database, special characters of "
            "a password as %40 for @, %2F for /, %3F for ?, %23 for #"
        )
    if any(key.lower() == "sslpassword" for key, _ in query):
        raise StoreError("an address with sslpassword cannot be kept; use a key without a password")
    secret = unquote(password) or next((value for key, value in query if key == "password"), "")
    rest = [(key, value) for key, value in query if key != "password"]
    netloc = f"{user}@{hosts}" if user else hosts
    if secret and not user:
        raise StoreError("an address with a password needs a user: postgresql://user:password@host/database")
    return urlunsplit(parts._replace(netloc=netloc, query=urlencode(rest))), secret or None


@contextmanager
def _changing() -> Iterator[Accounts]:
    """The list, while nobody else changes it."""
    path = accounts_path()
    with ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            stack.enter_context(one_at_a_time(path.with_suffix(".lock")))
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error
        yield load_accounts()


def _write(known: Accounts) -> None:
    import tempfile  # deferred: reading the list, which every start does, needs none

    path = accounts_path()
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        draft = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(known), file, indent=2, ensure_ascii=False)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error
