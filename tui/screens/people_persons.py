"""What is done to a person, wherever one is at hand: adding, changing, letting in, linking, assigning."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

from kpi.policy import Action, Subject
from kpi.policy_words import ROLE_WORDS
from tui import people_words as say
from tui import words
from tui.people_facts import ask_unlinked, goes_by_listings
from tui.people_work import add, person_of
from tui.screens.form_box import Field, FormBox, Offer
from tui.screens.people_base import PeoplePage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.enrolling import EnrolmentCode
    from store.people_questions import PersonView, UnlinkedRef
    from store.people_rows import Person, PersonSaved
    from store.work import Store
    from tui.people_facts import Known
    from tui.people_work import Added, Declined
    from tui.screens.form_box import Filled

ADD_PERSON = Binding("a", "add_person", "add", id="people.add",
                     tooltip="Add a person; it shows their enrolment code once")  # fmt: skip
PERSON_KEYS = (
    Binding("e", "change_person", "change", id="people.change", tooltip="Change name, role or team"),
    Binding("n", "give_code", "code", id="people.code",
            tooltip="A new enrolment code: with it the person chooses a password"),
    Binding("w", "reset_password", "reset", id="people.reset",
            tooltip="Reset the password: it is gone at once, sessions end; the second factor stays"),
    Binding("d", "deactivate", "deactivate", id="people.deactivate",
            tooltip="Let the person in no more; what they did stays"),
    Binding("d", "take_back", "take back", id="people.take_back", tooltip="Let the person in again"),
    Binding("l", "link", "link", id="people.link", tooltip="Link a user reference of the ATS to the person"),
    Binding("s", "assign", "assign", id="people.assign", tooltip="Assign a listing to the person"),
)  # fmt: skip
_NEEDED = {
    "change_person": Action.CHANGE_PEOPLE,
    "give_code": Action.CHANGE_PEOPLE,
    "reset_password": Action.CHANGE_PEOPLE,
    "deactivate": Action.CHANGE_PEOPLE,
    "take_back": Action.CHANGE_PEOPLE,
    "link": Action.LINK_PEOPLE,
    "assign": Action.LINK_PEOPLE,
    "take_away": Action.LINK_PEOPLE,
}


class PersonActions(PeoplePage):
    """A page with one person at hand, `person`."""

    @property
    def person(self) -> PersonView | None:
        """The person at hand."""
        raise NotImplementedError

    @property
    def adds_people(self) -> bool:
        """Whether people are added here."""
        return False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is done to a person needs one to whom it can be done, and the right to it."""
        if action == "add_person":
            return self.is_whole and self.adds_people and self.may(Action.CHANGE_PEOPLE)
        if action not in _NEEDED:
            return super().check_action(action, parameters)
        one = self.person if self.is_whole else None
        if one is None or not _fits(action, one):
            return False
        return self.may(_NEEDED[action], Subject(one.number, None if one.team is None else one.team.number))

    # ------------------------------------------------------------------------------ adding and changing

    def action_add_person(self) -> None:
        """Ask who it is."""
        self._offer_add({}, "")

    def _offer_add(self, texts: Mapping[str, str], refused: str) -> None:
        known = self.known
        if known is None:
            return

        def filled(given: Filled) -> None:
            def add_them(store: Store) -> Added:
                return add(store, **given.values)

            def again(declined: Declined) -> None:
                self._offer_add(given.texts, declined.words)

            self.change("Adding", add_them, self._added, again)

        self.fill_in(FormBox("Add a person", "Add", _fields(known, texts), refused=refused), filled)

    def _added(self, added: Added) -> str:
        if added.code is not None:
            self._show_code(added.code)
        return say.added_words(added)

    def action_change_person(self) -> None:
        """Ask what is to be otherwise."""
        if self.person is not None and self.known is not None:
            one = person_of(self.person)
            self._offer_change(one, _texts(self.known, one), "")

    def _offer_change(self, one: Person, texts: Mapping[str, str], refused: str) -> None:
        """Ask; `one` is the person as the form has them."""
        known = self.known
        if known is None:
            return

        def filled(given: Filled) -> None:
            wanted = {field: value for field, value in given.values.items() if value != getattr(one, field)}
            if not wanted:
                self.say_work("Nothing was changed.")
                return

            def change(store: Store) -> PersonSaved:
                from store.people import change_person  # deferred: writing needs what reading does not

                return change_person(store, one.number, expected=one, **wanted)

            def again(declined: Declined) -> None:
                now: Any = declined.now or one
                # What was not touched follows the person, or saving again would put it back.
                typed = {field: text for field, text in given.texts.items() if field in wanted}
                self._offer_change(now, {**_texts(known, now), **typed}, declined.words)

            self.change("Changing", change, _changed_words, again)

        heading = f"Change {one.name}"
        self.fill_in(FormBox(heading, "Change", _fields(known, texts), refused=refused), filled)

    def action_deactivate(self) -> None:
        """Ask, then let the person in no more."""
        one = self.person
        if one is None:
            return

        def deactivate(store: Store) -> PersonSaved:
            from store.people import deactivate_person  # deferred: as above

            return deactivate_person(store, one.number)

        def said(saved: PersonSaved) -> str:
            return f"× {words.shown(saved.person.name)} is deactivated."

        question = (
            f"Deactivate {words.shown(one.name)}? Their sessions and tokens end at once, they leave their "
            "team and stand in for nobody. What they did stays, and they can be taken back."
        )
        go_on = partial(self.change, "Deactivating", deactivate, said)
        self.confirm("Deactivate", question, "Deactivate them", go_on)

    def action_take_back(self) -> None:
        """Let the person in again."""
        one = self.person
        if one is None:
            return

        def take_back(store: Store) -> PersonSaved:
            from store.people import reactivate_person  # deferred: as above

            return reactivate_person(store, one.number)

        def said(saved: PersonSaved) -> str:
            return f"✓ {words.shown(saved.person.name)} may sign in again, and is in no team yet."

        self.change("Taking back", take_back, said)

    # ------------------------------------------------------------------------------------- letting in

    def action_give_code(self) -> None:
        """Give a new enrolment code."""
        if self.person is not None:
            self._give_code(self.person.number, reset=False)

    def action_reset_password(self) -> None:
        """Ask, then take the password away and give an enrolment code."""
        one = self.person
        if one is None:
            return
        question = (
            f"Reset the password of {words.shown(one.name)}? The one they have is gone at once, and their "
            "sessions and tokens end. The second factor stays. A new enrolment code is shown once."
        )
        go_on = partial(self._give_code, one.number, reset=True)
        self.confirm("Reset password", question, "Reset it", go_on)

    def _give_code(self, number: int, *, reset: bool) -> None:
        def give(store: Store) -> EnrolmentCode:
            from store.enrolling import give_enrolment_code  # deferred: as above

            return give_enrolment_code(store, number, reset=reset)

        self.change("Making a code", give, self._show_code)

    def _show_code(self, code: EnrolmentCode) -> str:
        if self.known is not None:
            self.show_once(f"Enrolment code of {code.name}", say.code_words(code, self.known.zone))
        return f"✓ {words.shown(code.name)} has a new enrolment code."

    # ---------------------------------------------------------------------------------------- linking

    def action_link(self) -> None:
        """Look for references that are linked to nobody."""
        if self.person is not None:
            self.say_work("Looking for references that are linked to nobody …")
            offer = partial(self._offer_link, self.person, "", "")
            self.ask("unlinked", ask_unlinked, offer, failed=self._cannot_look, vital=False)

    def _cannot_look(self, said: str) -> None:
        self.say_work(f"■ The references cannot be read: {said}.", wrong=True)

    def _offer_link(
        self, one: PersonView, text: str, refused: str, unlinked: tuple[UnlinkedRef, ...]
    ) -> None:
        """Have a reference chosen, or typed: it need not have come in yet."""
        self.say_work("")
        if self.app.screen is not self:
            return  # the person has gone on meanwhile
        offers = tuple(
            Offer(ref.ref, ref.ref, words.plural(ref.listings, "listing") if ref.listings else "")
            for ref in unlinked
        )
        hint = "How the ATS calls them; ↓ chooses from those that are linked to nobody."
        field = Field("ref", "Reference", hint, text, offers, free=True)

        def filled(given: Filled) -> None:
            ref = given.values["ref"]

            def again(declined: Declined) -> None:
                self._offer_link(one, ref, declined.words, unlinked)

            self.link_reference(one.number, ref, again)

        self.fill_in(FormBox(f"Link to {one.name}", "Link", (field,), refused=refused), filled)

    def link_reference(self, number: int, ref: str, again: Any = None) -> None:
        """Say that a reference is a person's."""

        def link(store: Store) -> PersonSaved:
            from store.people_links import link_person  # deferred: as above

            return link_person(store, number, ref)

        def said(saved: PersonSaved) -> str:
            return f"✓ “{words.shown(ref)}” is {words.shown(saved.person.name)}."

        self.change("Linking", link, said, again)

    def action_assign(self) -> None:
        """Have a listing chosen."""
        from tui.screens.listing_box import ListingBox  # deferred: as all boxes

        one = self.person
        if one is None:
            return

        def chosen(listing: str | None) -> None:
            if listing is not None:
                self._assign(one, listing)

        self.app.push_screen(ListingBox(f"Assign to {one.name}"), chosen)

    def _assign(self, one: PersonView, listing: str) -> None:
        def assign(store: Store) -> PersonSaved:
            from store.people_links import assign_listing  # deferred: as above

            return assign_listing(store, one.number, listing)

        def said(saved: PersonSaved) -> str:
            had = "is assigned" if saved.changed else "was assigned already"
            return f"✓ {words.shown(listing)} {had} to {words.shown(saved.person.name)}."

        self.change("Assigning", assign, said)


def _fits(action: str, one: PersonView) -> bool:
    """Whether it can be done to somebody who is as they are."""
    if action in ("deactivate", "give_code"):
        return one.active
    if action == "reset_password":
        return one.active and one.has_password
    if action == "take_back":
        return not one.active
    return action != "assign" or goes_by_listings(one.role)


def _fields(known: Known, texts: Mapping[str, str]) -> tuple[Field, ...]:
    """What is asked about a person."""
    roles = tuple(Offer(ROLE_WORDS[role], role) for role in known.roles())
    teams = tuple(Offer(team.name, team.number) for team in known.teams)
    return (
        Field("name", "Name", "As it is shown; no two people have one.", texts.get("name", "")),
        Field(
            "role", "Role", "↓ chooses. p on the page says what each may do.", texts.get("role", ""), roles
        ),
        Field("team", "Team", "↓ chooses; empty is none.", texts.get("team", ""), teams, needed=False),
    )


def _texts(known: Known, one: Person) -> dict[str, str]:
    """A person as the fields hold them."""
    team = next((team.name for team in known.teams if team.number == one.team), "")
    return {"name": one.name, "role": ROLE_WORDS[one.role], "team": team}


def _changed_words(saved: PersonSaved) -> str:
    name = words.shown(saved.person.name)
    return f"✓ {name} was changed." if saved.changed else f"{name} was so already; nothing was written."
