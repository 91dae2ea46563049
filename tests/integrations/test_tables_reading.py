"""Lists as spreadsheets and people really write them."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from scriptorium.integrations.tables.columns import map_columns, roster_rows
from scriptorium.integrations.tables.extent import sheet_extent
from scriptorium.integrations.tables.grid import column_letters
from scriptorium.integrations.tables.reading import read_paste, read_table
from scriptorium.integrations.tables.table import Table, TableError

FIXTURES = Path(__file__).with_name("fixtures")
PLAIN = "First name,Last name,E-mail\r\nZoë,Núñez,zoe@x.example\r\n"
ZOE = ("Zoë", "Núñez", "zoe@x.example")


def read(content: bytes | str, **limits: int) -> Table:
    raw = content.encode() if isinstance(content, str) else content
    return read_table(content=raw, filename="list.csv", **limits)


def values(table: Table) -> list[tuple[str, ...]]:
    return [row.values for row in table.rows]


def workbook(*sheets: tuple[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(at, column, cell)
            if name in hidden:
                sheet.hide()
        if hidden:
            book.get_worksheet_by_name(next(n for n, _ in sheets if n not in hidden)).activate()
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PLAIN.encode(), "utf-8"),
        (PLAIN.encode("utf-8-sig"), "utf-8"),
        (PLAIN.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + PLAIN.encode("utf-16-be"), "utf-16"),
        (PLAIN.encode("cp1252"), "cp1252"),
    ],
)
def test_every_encoding_that_spreadsheets_write_is_read(content: bytes, encoding: str) -> None:
    table = read(content)
    assert table.encoding == encoding
    assert table.headers == ("First name", "Last name", "E-mail")
    assert values(table) == [ZOE]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_header_it_makes(delimiter: str) -> None:
    table = read(PLAIN.replace(",", delimiter))
    assert table.delimiter == delimiter
    assert values(table) == [ZOE]


def test_commas_inside_values_do_not_mislead() -> None:
    table = read('Name;E-mail;Role\n"Park, Ada, Dr";ada@x;"a, b, c, d"\n')
    assert values(table) == [("Park, Ada, Dr", "ada@x", "a, b, c, d")]


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\r\n', "SEP=;\n"])
def test_a_first_line_may_name_the_delimiter_and_still_counts_as_a_line(first: str) -> None:
    table = read(first + "E-mail;Role\na@x;lead, night\n")
    assert table.delimiter == ";"
    assert [(row.line, row.values) for row in table.rows] == [(3, ("a@x", "lead, night"))]


def test_a_quoted_value_may_span_lines_and_the_next_row_keeps_its_true_line() -> None:
    table = read('E-mail,Role\r\na@x,"one\r\ntwo"\r\n\r\nb@x,\r\n')
    assert [(row.line, row.values) for row in table.rows] == [
        (2, ("a@x", "one\r\ntwo")),
        (5, ("b@x", "")),
    ]


def test_titles_above_the_header_are_passed_over() -> None:
    table = read("Riverside Dermatology\n\nStaff as of 1 Jan,,\nName,E-mail,Role\nAda,a@x,lead\n")
    assert table.header_line == 4
    assert values(table) == [("Ada", "a@x", "lead")]


def test_a_header_further_down_than_twenty_rows_is_not_looked_for() -> None:
    with pytest.raises(TableError, match=r"No header.*first 20 rows of the file “list.csv”"):
        read("remark\n" * 20 + PLAIN)


@pytest.mark.parametrize(
    "top",
    [
        "Name,,E-mail\nFirst,Last,\n",
        "Person,,Contact\nFirst,Last,E-mail\n",
        "First,Last,E\nname,name,mail\n",
    ],
)
def test_two_rows_of_headers_are_read_as_one(top: str) -> None:
    table = read(top + "Ada,Park,a@x\n")
    assert set(map_columns(headers=table.headers).fields) == {"first_name", "last_name", "email"}
    assert values(table) == [("Ada", "Park", "a@x")]


def test_a_row_that_repeats_a_word_of_the_header_is_still_a_person() -> None:
    table = read("E-mail,Kind\na@x,Package\n,Package\n")
    assert len(table.rows) == 2


def test_a_header_alone_is_an_empty_list() -> None:
    assert read("E-mail,Role\n").rows == ()


def test_short_rows_are_filled_and_trailing_delimiters_ignored() -> None:
    assert values(read("E-mail,Role\na@x\nb@x,lead,,,\n")) == [("a@x", ""), ("b@x", "lead")]


def test_a_value_without_quotes_that_shifts_the_columns_is_refused_with_its_line() -> None:
    with pytest.raises(TableError, match=r"Line 3 has more values.*contains a comma"):
        read("Name,E-mail\nAda,a@x\nPark, Ada,a@x\n")


def test_a_quotation_mark_that_never_closes_is_refused_with_its_line() -> None:
    with pytest.raises(TableError, match="Line 3 has a quotation mark"):
        read('Name,E-mail\nAda,a@x\n"Ben,b@x\nCy,c@x\n')


def test_values_in_a_column_without_a_header_are_named_by_its_letter() -> None:
    table = read("E-mail,,Role,\na@x,remark,lead,\n")
    assert table.headers == ("E-mail", "Column B", "Role")
    assert map_columns(headers=table.headers).unknown == ("Column B",)


def test_too_many_rows_are_refused() -> None:
    text = "E-mail\n" + "a@x\n" * 3
    assert len(read(text, max_rows=3).rows) == 3
    with pytest.raises(TableError, match=r"more than 2 rows. Split it"):
        read(text, max_rows=2)


def test_too_many_bytes_are_refused_before_reading() -> None:
    with pytest.raises(TableError, match=r"“list.csv” has .* MB; at most"):
        read(PLAIN, max_bytes=10)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
            "old Excel format. Save it as XLSX or CSV",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (b"%PDF-1.7 ...", "Save it as XLSX or CSV"),
        (b"<html><table><tr><td>E-mail", "Save it as XLSX or CSV"),
        (b"E-mail\0\x01\x02", "neither a workbook nor a text"),
        (b"\xff\xfeE", "neither a workbook nor a text"),
        (b"E-mail\n\x81\x8d\xff", "neither a workbook nor a text"),
        (b"PK\x03\x04 nothing", "damaged"),
    ],
)
def test_what_is_no_list_is_refused_in_plain_words(content: bytes, sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        read(content)


def test_a_workbook_is_known_by_its_content_whatever_its_name() -> None:
    table = read(workbook(("People", [["E-mail"], ["a@x"]])))
    assert (table.sheet, table.encoding, table.delimiter) == ("People", "", "")
    assert values(table) == [("a@x",)]


def test_cells_read_as_a_person_would_type_them() -> None:
    moment = dt.datetime.fromisoformat("2026-02-28T09:30")
    cells: list[object] = ["a@x", 5550101.0, 2.5, True, dt.date(2026, 1, 4), "=1+1"]
    content = workbook(("S", [["E-mail", "Phone", "n", "b", "Start", "f"], cells]))
    assert values(read(content))[0] == ("a@x", "5550101", "2.5", "TRUE", "2026-01-04", "0")
    # A day and a time in one cell keep both.
    stamped = workbook(("S", [["E-mail", "When"], ["a@x", moment]]))
    assert values(read(stamped))[0][1].startswith("2026-02-28")


def test_lines_of_a_sheet_are_the_numbers_its_user_sees() -> None:
    blank: list[object] = []
    rows: list[list[object]] = [blank, blank, ["Staff"], ["E-mail"], blank, ["a@x"], blank, ["b@x"]]
    table = read(workbook(("S", rows)))
    assert table.header_line == 4
    assert [row.line for row in table.rows] == [6, 8]


def test_hidden_and_empty_sheets_are_passed_over() -> None:
    people: list[list[object]] = [["E-mail"], ["a@x"]]
    old: list[list[object]] = [["E-mail"], ["old@x"]]
    content = workbook(("Old", old), ("Empty", []), ("New", people), hidden=("Old",))
    assert read(content).sheet == "New"


def test_a_workbook_with_nothing_on_it_is_refused() -> None:
    with pytest.raises(TableError, match="nothing on the visible sheets"):
        read(workbook(("Empty", [])))


def test_a_sheet_without_a_header_is_refused_by_its_name() -> None:
    with pytest.raises(TableError, match="of the sheet “Stock”"):
        read(workbook(("Stock", [["Item", "Count"], ["Chair", 4]])))


def test_merged_headers_and_a_merged_title_are_read() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Staff")
        sheet.merge_range("A1:D1", "Riverside Dermatology, staff list")
        sheet.merge_range("A2:B2", "Name")
        sheet.merge_range("C2:C3", "E-mail")
        sheet.merge_range("D2:D3", "Role")
        sheet.write_row("A3", ["First", "Last"])
        sheet.write_row("A4", ["Ada", "Park", "a@x", "lead"])
    table = read(out.getvalue())
    assert table.headers == ("First Name", "Last Name", "E-mail", "Role")
    assert values(table) == [("Ada", "Park", "a@x", "lead")]


def test_a_remark_beside_the_list_does_not_stop_it() -> None:
    table = read(workbook(("S", [["E-mail"], ["a@x", None, "call her first"]])))
    assert table.headers == ("E-mail", "", "Column C")
    assert values(table) == [("a@x", "", "call her first")]


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w") as member,
    ):
        for _ in range(size >> 20):
            member.write(bytes(1 << 20))
    return out.getvalue()


def test_a_zip_bomb_is_refused_by_the_sum_of_its_sizes() -> None:
    with pytest.raises(TableError, match="too large when unpacked"):
        read(bomb(129 << 20))


def test_a_zip_bomb_that_lies_about_its_size_is_refused_too() -> None:
    honest = bomb(129 << 20)
    with zipfile.ZipFile(io.BytesIO(honest)) as packed:
        size = packed.infolist()[0].file_size
    lying = honest.replace(struct.pack("<L", size), struct.pack("<L", 100))
    with pytest.raises(TableError, match="damaged"):
        read(lying)


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("word/document.xml", "<a/>")
    with pytest.raises(TableError, match="not an XLSX workbook"):
        read(out.getvalue())


def test_a_cell_at_the_far_corner_cannot_fill_the_memory() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "E-mail")
        sheet.write("XFD1048576", "x")
    with pytest.raises(TableError, match="row 1,048,576 and column 16,384"):
        read(out.getvalue())


FAR_CELLS = [
    '<row r="1"><c r="A1"><v>1</v></c></row><row><c r="XFD1048576"><v>1</v></c></row>',
    '<row><c r="A1"><v>1</v></c><c x=">" r = "xfd1048576"><v>1</v></c></row>',
    '<row r="1048576"><c><v>1</v></c>' + "<c><v>1</v></c>" * 20 + "</row>",
    "<x:row xmlns:x=\"y\"><x:c r='ZZ99999'><x:v>1</x:v></x:c></x:row>",
]


@pytest.mark.parametrize("cells", FAR_CELLS)
def test_no_spelling_of_a_far_cell_gets_past_the_count(cells: str) -> None:
    last_row, last_column = sheet_extent(xml=f"<sheetData>{cells}</sheetData>".encode(), enough=100)
    assert last_row * last_column > 4_000_000


def test_formatted_but_empty_cells_far_out_do_no_harm() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_column("A1", ["E-mail", "a@x"])
        sheet.write_blank("XFD1048576", None, book.add_format({"bold": True}))
    assert values(read(out.getvalue())) == [("a@x",)]


@pytest.mark.parametrize("name", ["libreoffice.xlsx", "libreoffice.csv"])
def test_files_that_libreoffice_saved_are_read(name: str) -> None:
    table = read_table(content=(FIXTURES / name).read_bytes(), filename=name)
    columns = map_columns(headers=table.headers)
    assert columns.unknown == ("Start date",)
    people = roster_rows(table=table, columns=columns)
    assert [person.email for person in people] == [
        "ada@riverside.example",
        "zoe@riverside.example",
        "luk@riverside.example",
    ]
    assert people[0].phone == "+1 555 0100"
    assert people[1].role == "scribe, lead"
    assert people[2].last_name == 'O\'Brien "Obi"'


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("Ada Park <ada@x.example>", ("Ada", "Park", "ada@x.example")),
        ('"Park, Ada" <ada@x.example>', ("Ada", "Park", "ada@x.example")),
        ("ada@x.example", ("", "", "ada@x.example")),
        ("<ada@x.example>", ("", "", "ada@x.example")),
        ("Park, Ada; ada@x", ("Ada", "Park", "ada@x")),
        ("Ada Park; ada@x", ("Ada", "Park", "ada@x")),
        ("Ada\tPark\tada@x", ("Ada", "Park", "ada@x")),
        ("ada@x\tAda\tPark", ("Ada", "Park", "ada@x")),
        ("Ada, Park, ada@x", ("Ada", "Park", "ada@x")),
        ("Ada Park ada@x", ("Ada", "Park", "ada@x")),
        ("Park, Ada", ("Ada", "Park", "")),
        ("Ada Park", ("Ada", "Park", "")),
    ],
)
def test_a_pasted_line_says_who_is_meant(line: str, person: tuple[str, str, str]) -> None:
    table = read_paste(text=f"\n{line}\n")
    assert [(row.line, row.values) for row in table.rows] == [(2, person)]
    assert table.header_line == 0


def test_addresses_pasted_from_a_mail_programme_become_one_person_each() -> None:
    table = read_paste(text="Ada Park <a@x>; Ito, Ben <b@x>, <c@x>\nd@x, e@x; f@x g@x")
    assert values(table) == [
        ("Ada", "Park", "a@x"),
        ("Ben", "Ito", "b@x"),
        *[("", "", f"{letter}@x") for letter in "cdefg"],
    ]


def test_cells_beyond_name_and_address_are_kept_as_columns_nobody_knows() -> None:
    table = read_paste(text="Ada\tPark\ta@x\tlead\nb@x")
    assert table.headers == ("First name", "Last name", "E-mail", "Column D")
    assert values(table) == [("Ada", "Park", "a@x", "lead"), ("", "", "b@x", "")]


def test_a_pasted_list_with_a_header_is_read_by_its_header() -> None:
    table = read_paste(text="\ufeffE-mail\tSurname\tForename\na@x\tPark\tAda\n")
    assert table.header_line == 1
    assert table.delimiter == "\t"
    assert values(table) == [("a@x", "Park", "Ada")]


@pytest.mark.parametrize(
    ("text", "limits", "sentence"),
    [
        (" \n", {}, "Nothing was pasted"),
        ("a@x\nb@x\n", {"max_rows": 1}, "more than 1 rows"),
        ("a@x\nb@x\n", {"max_bytes": 3}, "too long"),
    ],
)
def test_a_paste_outside_the_limits_is_refused(
    text: str, limits: dict[str, int], sentence: str
) -> None:
    with pytest.raises(TableError, match=sentence):
        read_paste(text=text, **limits)


@pytest.mark.parametrize(("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (16383, "XFD")])
def test_columns_are_called_as_spreadsheets_call_them(column: int, letters: str) -> None:
    assert column_letters(column=column) == letters
