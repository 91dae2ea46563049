"""Splitting a full name that stands in one cell."""

from __future__ import annotations

_TITLES = frozenset({"dr", "mr", "mrs", "ms", "miss", "mx", "prof", "professor"})
_PARTICLES = frozenset(
    {"af", "al", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du"}
    | {"el", "ibn", "la", "le", "st", "ten", "ter", "van", "von", "zu", "zur"}
)
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_CREDENTIALS = frozenset(
    {"md", "do", "mbbs", "phd", "dnp", "rn", "np", "pa", "pac", "cma", "ccma", "rma", "lpn", "emt"}
    | {"cmss", "cmsa", "facp", "faad", "dpm", "dds", "esq"}
)


def split_name(*, name: str) -> tuple[str, str]:
    """Return (first names, last name) of a full name; the last name is "" when there is one word.

    "Park, Ada" and "Ada Park" give the same. Titles before the name and credentials behind a comma
    are left out ("Dr. Ada Park, MD"); "Jr" stays with the last name; small words such as "van" or
    "de la" begin the last name. Any rule guesses wrongly for somebody, so a preview shows the
    result before it is used, and two columns always beat one.
    """
    parts = [" ".join(part.split()) for part in name.split(",")]
    parts = [part for part in parts if part]
    # "Nguyen, Do" is a person called Do; only behind a whole name is it a credential.
    while len(parts) > 1 and _is_credential(parts[-1]) and (len(parts) > 2 or " " in parts[0]):
        parts.pop()
    suffix = parts.pop() if len(parts) > 1 and _plain(parts[-1]) in _SUFFIXES else ""
    if not parts:
        return "", ""
    if len(parts) > 1:
        first, last = " ".join(_without_titles(" ".join(parts[1:]).split())), parts[0]
    else:
        first, last = _split_words(_without_titles(parts[0].split()))
    return first, f"{last} {suffix}".strip()


def _split_words(words: list[str]) -> tuple[str, str]:
    end = len(words)
    if end > 2 and _plain(words[-1]) in _SUFFIXES:
        end -= 1
    start = end - 1
    # Only lower-case small words belong to the last name: "Ada Van Park" has a middle name.
    while start > 1 and words[start - 1] in _PARTICLES:
        start -= 1
    if start < 1:
        return " ".join(words), ""
    return " ".join(words[:start]), " ".join(words[start:])


def _without_titles(words: list[str]) -> list[str]:
    while len(words) > 1 and _plain(words[0]) in _TITLES:
        words = words[1:]
    return words


def _is_credential(part: str) -> bool:
    return all(_plain(word) in _CREDENTIALS for word in part.split())


def _plain(word: str) -> str:
    return word.replace(".", "").replace("-", "").casefold()
