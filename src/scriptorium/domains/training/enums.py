"""What is read, and which part of a unit opens it (DOMAIN §5)."""

from __future__ import annotations

from scriptorium.domains.catalog.enums import PartKind

#: The code of the manual; every other code is a course's.
MANUAL = "manual"
#: The code of the course HIPAA for Scribes; it is completed by its assessment.
HIPAA = "hipaa"

#: Code of a text → the part that opens it.
OPENED_BY: dict[str, PartKind] = {MANUAL: PartKind.MANUAL, HIPAA: PartKind.HIPAA}
