"""Lists as practices send them, made by the test that uploads them."""

from __future__ import annotations

import io

import xlsxwriter

HEADERS = ("First name", "Last name", "E-mail", "Role", "Background", "Phone")
FIRST = ("Ana", "Bela", "Cleo", "Dora", "Emil", "Finn", "Gwen", "Hana", "Iris", "Jon")
LAST = ("Abel", "Brook", "Carr", "Dale", "Eck", "Fay", "Gill", "Holt", "Ives", "Jay")

#: Row in the sheet → what replaces its cells, each bad in another way.
BAD = {
    40: {"E-mail": ""},
    90: {"E-mail": "not-an-address"},
    140: {"E-mail": "person002@import.example"},
    190: {"Role": "wizard"},
    240: {"Last name": ""},
    290: {"Background": "astronaut"},
    340: {"Role": "deputy"},
}


def five_hundred_rows() -> bytes:
    """Return an XLSX list of 500 people, 7 of whom cannot be imported."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Staff")
    sheet.write_row(0, 0, HEADERS)
    for number in range(2, 502):
        row = {
            "First name": FIRST[number % 10],
            "Last name": f"{LAST[number // 10 % 10]}-{number:03}",
            "E-mail": f"person{number:03}@import.example",
            "Role": "member",
            "Background": "",
            "Phone": f"+1 555 0100 {number:03}",
        } | BAD.get(number, {})
        sheet.write_row(number - 1, 0, [row[name] for name in HEADERS])
    book.close()
    return buffer.getvalue()
