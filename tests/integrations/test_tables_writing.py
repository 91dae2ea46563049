"""Exports open safely in spreadsheets and read back as they were."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriptorium.integrations.tables.reading import read_table
from scriptorium.integrations.tables.table import Table, TableError, escaped, unescaped
from scriptorium.integrations.tables.writing import Value, write_csv, write_xlsx

HEADERS = ("E-mail", "Role", "Remark")
DANGEROUS = ["=1+1", "+1 555 0100", "-5", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''+", "=HYPERLINK()"]

# No lone surrogates: they are no text in any encoding. XML has no U+FFFE and U+FFFF.
TEXTS = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff"),
    max_size=20,
) | st.sampled_from(DANGEROUS)
ROWS = st.lists(
    st.tuples(TEXTS, TEXTS, TEXTS).map(lambda row: ("a@x" + row[0], *row[1:])), max_size=5
)


def read(content: bytes) -> Table:
    return read_table(content=content, filename="export")


@settings(max_examples=150, deadline=None)
@given(rows=ROWS)
def test_a_written_csv_reads_back_the_same(rows: list[tuple[str, str, str]]) -> None:
    table = read(write_csv(headers=HEADERS, rows=rows))
    assert table.headers == HEADERS
    assert [row.values for row in table.rows] == rows


@settings(max_examples=100, deadline=None)
@given(rows=ROWS)
def test_a_written_workbook_reads_back_the_same(rows: list[tuple[str, str, str]]) -> None:
    table = read(write_xlsx(headers=HEADERS, rows=rows, sheet="People"))
    assert table.sheet == "People"
    assert [row.values for row in table.rows] == rows


@given(text=st.text())
def test_taking_the_escape_away_always_gives_the_value_back(text: str) -> None:
    assert unescaped(value=escaped(value=text)) == text
    assert escaped(value=text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


@pytest.mark.parametrize("value", DANGEROUS)
def test_no_cell_begins_like_a_formula(value: str) -> None:
    content = write_csv(headers=HEADERS, rows=[["a@x", value, ""]])
    (_, row) = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert row[1] == f"'{value}"
    with zipfile.ZipFile(
        io.BytesIO(write_xlsx(headers=HEADERS, rows=[["a@x", value]], sheet="S"))
    ) as z:
        assert b"<f>" not in z.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("value", ["'t Hooft", "O'Brien", "a=b", "https://x.example", "007"])
def test_harmless_values_are_left_as_they_are(value: str) -> None:
    assert escaped(value=value) == value
    content = write_xlsx(headers=HEADERS, rows=[["a@x", value]], sheet="S")
    assert read(content).rows[0].values[1] == value


def test_a_csv_opens_in_excel_without_questions() -> None:
    content = write_csv(headers=["E-mail"], rows=[["zoë@x"]])
    assert content == b"\xef\xbb\xbfE-mail\r\nzo\xc3\xab@x\r\n"


def test_days_numbers_and_nothing_are_written_as_themselves() -> None:
    moment = dt.datetime.fromisoformat("2026-01-04T09:30:05")
    row: list[Value] = ["a@x", dt.date(2026, 1, 4), 12, None, True, 2.5, moment]
    headers = ["E-mail", "Day", "Count", "Nothing", "Yes", "Half", "When"]
    expected = ("a@x", "2026-01-04", "12", "", "TRUE", "2.5", "2026-01-04 09:30:05")
    for content in (
        write_csv(headers=headers, rows=[row]),
        write_xlsx(headers=headers, rows=[row], sheet="S"),
    ):
        assert read(content).rows[0].values == expected


def test_the_same_rows_give_the_same_bytes() -> None:
    rows: list[list[Value]] = [["a@x", dt.date(2026, 1, 4), "="]]
    assert write_xlsx(headers=HEADERS, rows=rows, sheet="S") == write_xlsx(
        headers=HEADERS, rows=iter(rows), sheet="S"
    )


@pytest.mark.parametrize(
    ("asked", "given_name"),
    [("a/b:c*[d]?", "a b c  d"), ("x" * 50, "x" * 31), ("", "List"), ("'Staff'", "Staff")],
)
def test_a_name_that_a_sheet_cannot_have_is_made_to_fit(asked: str, given_name: str) -> None:
    assert read(write_xlsx(headers=HEADERS, rows=[["a@x"]], sheet=asked)).sheet == given_name


def test_a_text_longer_than_a_cell_is_refused_with_its_row() -> None:
    with pytest.raises(TableError, match="Row 2 has a text of 40,000 letters"):
        write_xlsx(headers=HEADERS, rows=[["x" * 40_000]], sheet="S")
