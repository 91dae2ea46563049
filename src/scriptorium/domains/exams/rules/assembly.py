"""Putting a form together: one assembler for parallel and for single forms (DOMAIN §5).

Pure and repeatable: the same bank, blueprint and seed give the same form. Topic counts are exact,
enemies never meet, and what the candidate saw before is avoided where the bank allows.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

#: Whole attempts before the assembler says that it cannot be done.
ATTEMPTS = 50

#: One in so many earlier forms is kept free below the exposure cap, for forms that others put
#: together at the same moment.
SPARE = 40


class CannotAssemble(Exception):
    """The bank does not allow a form of this blueprint; the text says which topic and why."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that may stand on a form: its key, where it belongs, and the version in use.

    A ``pilot`` is tried out: it stands on a form only as one that does not count.
    """

    item: int
    version: int
    place: str
    enemies: frozenset[int] = frozenset()
    pilot: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """One place of an assembled form."""

    version: int
    item: int
    place: str
    scored: bool = True


class _Draft:
    """A form in the making; who may not stand on it is not taken."""

    def __init__(self) -> None:
        self.taken: list[Chosen] = []
        self.counts: Counter[str] = Counter()
        self._on_form: set[int] = set()
        self._forbidden: set[int] = set()

    def add(self, candidate: Candidate) -> None:
        """Take an item unless it meets an enemy; one that is tried out does not count."""
        if candidate.item in self._forbidden or candidate.enemies & self._on_form:
            return
        scored = not candidate.pilot
        self.taken.append(Chosen(candidate.version, candidate.item, candidate.place, scored))
        self.counts[candidate.place] += 1
        self._on_form.add(candidate.item)
        self._forbidden |= candidate.enemies


def place_of(bank: str, topic: str) -> str:
    """Return how a blueprint names a topic of a bank: "core/terminology"."""
    return f"{bank}/{topic}"


def assemble(
    *,
    blueprint: Mapping[str, int],
    bank: Iterable[Candidate],
    seed: str,
    seen: Collection[int] = (),
    used: Mapping[int, int] | None = None,
    most_used: int | None = None,
    forms: int = 0,
    pilots: int = 0,
) -> list[Chosen]:
    """Return a form's items in the order in which they are shown.

    Arguments:
        blueprint: place → how many items.
        bank: what may be chosen.
        seed: kept with the form, so that it can be made again.
        seen: items that the candidate met before; taken last, and only if the rest is not enough.
        used: item → on how many earlier forms it stands.
        most_used: an item on so many forms is not taken again (parallel forms).
        forms: how many earlier forms ``used`` was counted over; an item whose share would pass the
            exposure cap is taken only if the rest is not enough (assembled forms).
        pilots: how many of the places go to items that are tried out, as far as there are so many;
            topic counts stay exact with them (DOMAIN §5: they sit inside the 100, unscored).

    Raises:
        CannotAssemble: a topic has too few items that may stand together.
    """
    chance = random.Random(seed)  # noqa: S311 (repeatable on purpose; the seed is kept)
    by_place: dict[str, list[Candidate]] = defaultdict(list)
    counts = used or {}
    for candidate in sorted(bank, key=lambda c: c.item):
        if most_used is None or counts.get(candidate.item, 0) < most_used:
            by_place[candidate.place].append(candidate)
    for place, wanted in blueprint.items():
        have = sum(not candidate.pilot for candidate in by_place[place])
        if have < wanted:
            raise CannotAssemble(f"{place} has {have} items that may be used; {wanted} are needed.")
    ranks = {
        candidate.item: _rank(candidate, counts, forms, blueprint, len(by_place[candidate.place]))
        for place in blueprint
        for candidate in by_place[place]
    }
    problem = ""
    for _ in range(ATTEMPTS):
        found = _attempt(blueprint, by_place, chance, seen, ranks, pilots)
        if isinstance(found, list):
            chance.shuffle(found)
            return found
        problem = found
    raise CannotAssemble(f"{problem} has too few items that may stand on one form together.")


def _rank(
    candidate: Candidate,
    used: Mapping[int, int],
    forms: int,
    blueprint: Mapping[str, int],
    have: int,
) -> int:
    """Return 0 for an item that may be taken freely, else how often it was used."""
    count = used.get(candidate.item, 0)
    if not forms:
        return count
    cap = exposure_cap(wanted=blueprint[candidate.place], have=have)
    return count if (count + 1 + forms // SPARE) / (forms + 1) > cap else 0


def _attempt(
    blueprint: Mapping[str, int],
    by_place: Mapping[str, Sequence[Candidate]],
    chance: random.Random,
    seen: Collection[int],
    ranks: Mapping[int, int],
    pilots: int,
) -> list[Chosen] | str:
    draft = _Draft()
    if pilots:
        _try_out(draft, blueprint, by_place, chance, seen, pilots)
    for place, wanted in blueprint.items():
        pool = [candidate for candidate in by_place[place] if not candidate.pilot]
        chance.shuffle(pool)
        # Stable: within one rank the shuffle decides.
        pool.sort(key=lambda c: (c.item in seen, ranks[c.item]))
        for candidate in pool:
            if draft.counts[place] == wanted:
                break
            draft.add(candidate)
        if draft.counts[place] < wanted:
            return place
    return draft.taken


def _try_out(
    draft: _Draft,
    blueprint: Mapping[str, int],
    by_place: Mapping[str, Sequence[Candidate]],
    chance: random.Random,
    seen: Collection[int],
    pilots: int,
) -> None:
    """Give up to ``pilots`` places to items that are tried out, spread by chance."""
    pool = [candidate for place in blueprint for candidate in by_place[place] if candidate.pilot]
    chance.shuffle(pool)
    pool.sort(key=lambda candidate: candidate.item in seen)
    for candidate in pool:
        if len(draft.taken) == pilots:
            break
        if draft.counts[candidate.place] < blueprint[candidate.place]:
            draft.add(candidate)


def parallel(
    *,
    blueprint: Mapping[str, int],
    bank: Sequence[Candidate],
    seed: str,
    forms: int,
    forms_per_item: int,
    pilots: int = 0,
) -> list[list[Chosen]]:
    """Return ``forms`` parallel forms, none of whose items stands on more than ``forms_per_item``.

    Raises:
        CannotAssemble: the bank is too small.
    """
    used: Counter[int] = Counter()
    made = []
    for number in range(1, forms + 1):
        form = assemble(
            blueprint=blueprint,
            bank=bank,
            seed=f"{seed}:{number}",
            used=used,
            most_used=forms_per_item,
            pilots=pilots,
        )
        used.update(chosen.item for chosen in form)
        made.append(form)
    return made


def violations(
    *, form: Sequence[Chosen], blueprint: Mapping[str, int], bank: Iterable[Candidate]
) -> list[str]:
    """Return what is wrong with a form: counts, repeats, enemies; empty for a good one."""
    found = []
    counts = Counter(chosen.place for chosen in form)
    if counts != Counter(blueprint):
        found.append(f"The topics are {dict(counts)} and should be {dict(blueprint)}.")
    items = {chosen.item for chosen in form}
    if len(items) != len(form):
        found.append("An item stands on it twice.")
    found += [
        f"Item {candidate.item} meets an enemy."
        for candidate in bank
        if candidate.item in items and candidate.enemies & items
    ]
    return found


def over_cap(
    *, form: Iterable[Chosen], used: Mapping[int, int], forms: int, caps: Mapping[str, float]
) -> bool:
    """Return whether a form would take an item past the exposure cap of its place.

    Arguments:
        used: item → on how many earlier forms it stands.
        forms: how many earlier forms that was counted over.
        caps: place → the largest share of forms.
    """
    return any(
        (used.get(chosen.item, 0) + 1) / (forms + 1) > caps[chosen.place]
        for chosen in form
        if chosen.scored
    )


def exposure_caps(*, blueprint: Mapping[str, int], bank: Iterable[Candidate]) -> dict[str, float]:
    """Return place → the largest share of assembled forms that one of its items may stand on."""
    have = Counter(candidate.place for candidate in bank)
    return {
        place: exposure_cap(wanted=wanted, have=have[place]) for place, wanted in blueprint.items()
    }


def exposure_cap(*, wanted: int, have: int) -> float:
    """Return the largest share of assembled forms an item may stand on (DOMAIN §5, forms).

    Arguments:
        wanted: how many items of the topic a form takes.
        have: how many the bank holds.
    """
    return max(0.33, 1.2 * wanted / have)
