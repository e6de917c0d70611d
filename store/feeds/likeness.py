"""How alike two names are, word by word: “Vacancy went live” is “listing published” in other words.

A name is like a phrase if its words are found there and the phrase's in it. Comparing the letters of the
whole would find “offer accepted” in “offer rejected”.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import fuzz

from store.feeds.synonyms import CANONICAL, FILLERS, LIGHT, NEGATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_NAME, _MOST_WORDS = 200, 12
_LEAST_ALIKE = 80  # of a word, in per cent: below it two words are different ones
_SAME_STEM = 90
_SHORTEST_STEM = 5
_LEAST_STEM = 0.6


class Phrase(NamedTuple):
    """Words that stand for `target`; `why` says where they are from, `most` is what a perfect match scores.

    A match that is not at least `least` per cent perfect is none.
    """

    words: tuple[str, ...]
    target: str
    why: str
    most: int = 100
    least: int = 1


class Likeness(NamedTuple):
    """How like a target a name is, 0 to 100, and what makes it so."""

    target: str
    score: int
    why: str


class Reader:
    """Makes words of names: one of each family of synonyms, without fillers."""

    def __init__(
        self, families: Mapping[str, str] | None = None, fillers: Iterable[str] = (), *, light: bool = False
    ) -> None:
        self._families = CANONICAL | dict(families or {})
        self._fillers = FILLERS.union(fillers)
        self.weights: Mapping[str, float] = LIGHT if light else {}

    def words(self, name: str) -> tuple[str, ...]:
        """The words of a name, each once; its fillers only if it has nothing else."""
        found = [word.casefold() for word in _WORD.findall(_CAMEL.sub(" ", name[:_LONGEST_NAME]))]
        bare = [self._families.get(word, word) for word in found if word not in self._fillers]
        return tuple(dict.fromkeys(bare or found))[:_MOST_WORDS]


class Matcher:
    """Compares names with a fixed list of phrases."""

    def __init__(self, reader: Reader, phrases: Iterable[Phrase]) -> None:
        self._reader = reader
        self._phrases = [phrase for phrase in phrases if phrase.words]
        self._vocabulary = sorted({word for phrase in self._phrases for word in phrase.words})
        self._near: dict[str, dict[str, float]] = {}

    def likenesses(self, name: str) -> dict[str, Likeness]:
        """The best likeness to each target that `name` is like at all."""
        words = self._reader.words(name)
        best: dict[str, Likeness] = {}
        if not words:
            return best
        near = [self._nearest(word) for word in words]
        for phrase in self._phrases:
            match = self._score(words, near, phrase.words)
            score = round(match * phrase.most / 100)
            if match >= phrase.least and (phrase.target not in best or score > best[phrase.target].score):
                best[phrase.target] = Likeness(phrase.target, score, phrase.why)
        return best

    def _score(self, words: tuple[str, ...], near: list[dict[str, float]], phrase: tuple[str, ...]) -> float:
        if not NEGATIONS.isdisjoint(words) and NEGATIONS.isdisjoint(phrase):
            return 0
        of_name = [max((alike.get(word, 0) for word in phrase), default=0) for alike in near]
        of_phrase = [max(alike.get(word, 0) for alike in near) for word in phrase]
        return (self._mean(words, of_name) + self._mean(phrase, of_phrase)) / 2

    def _mean(self, words: tuple[str, ...], scores: list[float]) -> float:
        weights = [self._reader.weights.get(word, 1.0) for word in words]
        return sum(map(float.__mul__, weights, map(float, scores))) / sum(weights)

    def _nearest(self, word: str) -> dict[str, float]:
        """How alike the words of the phrases are that are like `word`."""
        found = self._near.get(word)
        if found is None:
            likes = ((other, _alike(word, other)) for other in self._vocabulary)
            found = self._near[word] = {other: like for other, like in likes if like >= _LEAST_ALIKE}
        return found


def _alike(one: str, other: str) -> float:
    """How alike two words are, in per cent."""
    if one == other:
        return 100
    shorter, longer = sorted((one, other), key=len)
    if longer.endswith(shorter):
        return 0  # “unfrozen” is the opposite of “frozen”, and “reapproval” no approval
    stem = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(shorter))
    if stem >= _SHORTEST_STEM and stem >= _LEAST_STEM * len(longer):
        return _SAME_STEM
    return fuzz.ratio(one, other)
