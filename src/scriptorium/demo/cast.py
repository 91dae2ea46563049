"""The demo's named people (CONTRACT, demo cast). Days are counted from the demo's date."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "scriptorium-demo"  # noqa: S105 (demo mode only, printed by ``make run``)
TOTP_SECRET = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"  # noqa: S105 (demo mode only)


@dataclass(frozen=True, slots=True)
class Member:
    """One person of Riverside Dermatology.

    Arguments:
        renews_in: days from the demo's date to the renewal date; None without a membership.
        years: how many years have been paid, the first by ``first``.
        mode: "A" or "M".
        level: credential that staff brought forward, "" for none.
        extras: product kinds assigned besides, with a choice after a colon.
    """

    first_name: str
    last_name: str
    email: str
    renews_in: int | None = None
    years: int = 1
    mode: str = "M"
    level: str = ""
    specialty: str = "general"
    first: str = "package"
    extras: tuple[str, ...] = ()
    background: str = "scribe"
    role: str = ""


def _m(name: str, **details: object) -> Member:
    first, last = name.split(" ", 1)
    email = f"{first}.{last}@riverside.example".lower().replace(" ", "-")
    return Member(first, last, email, **details)  # type: ignore[arg-type]


RIVERSIDE = (
    Member("Dana", "Whitlock", "dana@riverside.example", background="office"),
    Member("Drew", "Castellano", "drew@riverside.example", 143, 2, "M", first="membership",
           background="office", role="deputy"),
    Member("Rowan", "Pine", "dr.pine@riverside.example", background="physician", role="physician"),
    Member("Avery", "Lund", "avery@riverside.example", background="office", role="auditor"),
    Member("Mel", "Archer", "mel@riverside.example", 364, 1, "M"),
    Member("Casey", "Moreno", "casey@riverside.example", 301, 1, "A", "CMSA"),
    Member("Sasha", "Berg", "sasha@riverside.example", 252, 3, "A", "CMSS", "dermatology",
           extras=("ce:quality",)),
    _m("Ada Park", renews_in=-3, years=3, level="CMSS", background="cma"),
    _m("Carmen Ruiz", renews_in=-9, years=2, level="CMSS"),
    _m("Ben Ito", renews_in=-41, years=2, level="CMSS"),
    _m("Dev Patel", renews_in=4, years=1, mode="A", level="CMSA"),
    _m("Elena Voss", renews_in=12, years=2, level="CMSS", background="rn"),
    _m("Farah Haddad", renews_in=21, years=3, mode="A", level="CMSS"),
    _m("Grace Okoye", renews_in=26, years=2, level="CMSS", extras=("specialty:dermatology",)),
    _m("Hugo Lind", renews_in=29, years=1, mode="A", level="CMSA"),
    _m("Nora Quist", renews_in=-130, years=1, level="CMSA"),
    _m("Ines Marek", renews_in=262, years=3, mode="A", level="CMSS", extras=("ce:privacy",)),
    _m("Jonah Weiss", renews_in=163, years=2, level="CMSS", background="lvn"),
    _m("Kira Novak", renews_in=322, years=1, mode="A", extras=("ce",)),
    _m("Liam Osei", renews_in=329, years=3, level="CMSS", background="emtp"),
    _m("Priya Nair", renews_in=63, years=2, mode="A", level="CMSS"),
    _m("Uma Sato", renews_in=180, years=1, level="CMSA", first="membership"),
)  # fmt: skip

INVITED = (("Rosa", "Lima", "rosa.lima@riverside.example", 5, "package"),
           ("Theo", "Dunn", "theo.dunn@riverside.example", 1, ""))  # fmt: skip

LEAVERS = (
    _m("Morgan Hale", renews_in=-420, years=1, level="CMSS"),
    _m("Gita Rao", renews_in=-30, years=2, level="CMSS"),
    _m("Olek Zima", renews_in=75, years=2, level="CMSA"),
    _m("Tara Finch", renews_in=118, years=1),
    _m("Victor Amsel", renews_in=190, years=2, level="CMSS"),
)

#: Free units on the demo's date (CONTRACT).
RIVERSIDE_FREE = {"renewal": 5, "package": 3, "manual": 2, "hipaa": 2, "mscat": 1, "ce": 9}

STAFF = (
    ("desk", "Robin", "Ashby"),
    ("finance", "Noel", "Brandt"),
    ("support", "Kit", "Calloway"),
    ("training", "Lane", "Dorsey"),
    ("exams", "Quinn", "Everly"),
    ("approver", "Sage", "Fontaine"),
    ("decisions", "Emery", "Galvin"),
    ("documents", "Reese", "Holloway"),
    ("director", "Marlow", "Ingram"),
    ("auditor", "Toby", "Jessup"),
    ("system", "Val", "Kessler"),
)

#: The logins that the sign-in page and ``make run`` show.
DEMO_LOGINS = (
    ("dana@riverside.example", "practice administrator"),
    ("drew@riverside.example", "her deputy"),
    ("dr.pine@riverside.example", "physician"),
    ("avery@riverside.example", "auditor"),
    ("mel@riverside.example", "candidate"),
    ("omar@lakeside.example", "administrator of 1,000 people"),
    ("desk@body.example", "membership desk"),
)
