"""What headers mean, and what a row asks for."""

from __future__ import annotations

import pytest

from scriptorium.integrations.tables.columns import (
    ADD,
    CLEAR,
    REMOVE,
    RosterRow,
    map_columns,
    meaning_of,
    roster_rows,
)
from scriptorium.integrations.tables.names import split_name
from scriptorium.integrations.tables.reading import read_table
from scriptorium.integrations.tables.table import TableError


def people(text: str) -> list[RosterRow]:
    table = read_table(content=text.encode(), filename="list.csv")
    return roster_rows(table=table, columns=map_columns(headers=table.headers))


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("First Name", "first_name"),
        ("GIVEN_NAME", "first_name"),
        ("forename", "first_name"),
        ("Surname*", "last_name"),
        ("family name", "last_name"),
        ("Name", "full_name"),
        ("Full name:", "full_name"),
        ("E-Mail Address", "email"),
        (" e mail ", "email"),
        ("Mail", "email"),
        ("Email (work)", "email"),
        ("Roles", "role"),
        ("Title", "role"),
        ("Profession", "background"),
        ("Credential", "background"),
        ("Mobile", "phone"),
        ("Product", "kind"),
        ("Assign", "kind"),
        ("Supervising physician", "physician"),
        ("Member ID", "reference"),
        ("Person", "reference"),
        ("Action (A/R)", "action"),
        ("Shoe size", None),
        ("", None),
    ],
)
def test_a_header_is_known_by_its_words_alone(header: str, field: str | None) -> None:
    assert meaning_of(header=header) == field


def test_columns_nobody_knows_are_told() -> None:
    columns = map_columns(headers=["E-mail", "Shoe size", "", "Hired on"])
    assert columns.fields == {"email": 0}
    assert columns.unknown == ("Shoe size", "Hired on")


def test_the_same_column_twice_is_refused() -> None:
    with pytest.raises(TableError, match=r"Columns 1 and 3 are both headed “E-mail”. Rename"):
        map_columns(headers=["E-mail", "Role", "e mail"])


def test_of_two_words_for_a_field_the_plainer_one_is_used_and_the_other_told() -> None:
    columns = map_columns(headers=["Title", "Role", "E-mail"])
    assert columns.fields["role"] == 1
    assert columns.unknown == ("Title",)


def test_name_beside_first_name_is_the_last_name() -> None:
    (person,) = people("Name,First name,E-mail\nPark,Ada,a@x\n")
    assert (person.first_name, person.last_name) == ("Ada", "Park")


def test_name_beside_both_parts_is_not_used() -> None:
    columns = map_columns(headers=["Name", "First name", "Last name"])
    assert columns.unknown == ("Name",)


@pytest.mark.parametrize(
    ("headers", "enough"),
    [
        (["E-mail"], True),
        (["First name", "Last name"], True),
        (["First name", "Name"], True),
        (["Name"], False),
        (["First name"], False),
    ],
)
def test_a_list_needs_an_address_or_both_names(headers: list[str], enough: bool) -> None:
    assert map_columns(headers=headers).can_find_people is enough


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Park", ("Ada", "Park")),
        ("Park, Ada", ("Ada", "Park")),
        ("  Park ,  Ada  Mary ", ("Ada Mary", "Park")),
        ("Mary Ann Park", ("Mary Ann", "Park")),
        ("Cher", ("Cher", "")),
        ("Ludwig van Beethoven", ("Ludwig", "van Beethoven")),
        ("Ana de la Cruz", ("Ana", "de la Cruz")),
        ("van Beethoven, Ludwig", ("Ludwig", "van Beethoven")),
        ("Ada Van Park", ("Ada Van", "Park")),
        ("Dr. Ada Park, MD", ("Ada", "Park")),
        ("Park, Ada, M.D., FAAD", ("Ada", "Park")),
        ("Ada Park, PA-C", ("Ada", "Park")),
        ("Sam Park Jr.", ("Sam", "Park Jr.")),
        ("Sam Park, Jr.", ("Sam", "Park Jr.")),
        ("Park, Sam, III", ("Sam", "Park III")),
        ("Nguyen, Do", ("Do", "Nguyen")),
        ("山田", ("山田", "")),
        (" , ", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_full_name_is_split_as_people_write_it(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name=name) == parts


def test_a_row_is_what_it_asks_for() -> None:
    (person,) = people(
        "Reference,First name,Last name,E-mail,Role,Background,Phone,Kind,Action,Physician\n"
        "R1, Ada ,Park,Ada@X.example,scribe,MA,555 0100,renewal,A,Dr Pine\n"
    )
    assert person == RosterRow(
        line=2,
        reference="R1",
        first_name="Ada",
        last_name="Park",
        email="Ada@X.example",
        role="scribe",
        background="MA",
        phone="555 0100",
        kind="renewal",
        action=ADD,
        physician="Dr Pine",
    )


def test_a_blank_cell_changes_nothing() -> None:
    (person,) = people("E-mail,Role,Phone\na@x, ,\u00a0\n")
    assert (person.role, person.phone, person.kind) == (None, None, None)


def test_a_cell_that_says_clear_empties_the_field() -> None:
    (person,) = people("E-mail,Role,Phone\na@x,CLEAR,clear\n")
    assert person.role is CLEAR
    assert person.phone == "clear"


def test_somebody_may_be_called_clear() -> None:
    (person,) = people("First name,Last name,E-mail\nANN,CLEAR,a@x\n")
    assert person.last_name == "CLEAR"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("A", ADD), ("add", ADD), ("r", REMOVE), ("Remove", REMOVE), ("promote", "promote")],
)
def test_an_action_is_read_and_an_odd_one_kept_as_written(written: str, meant: str) -> None:
    (person,) = people(f"E-mail,Action\na@x,{written}\n")
    assert person.action == meant


@pytest.mark.parametrize("written", ["Ada Park <a@x>", "mailto:a@x", "<mailto:a@x>", " a@x\u200b"])
def test_an_address_is_freed_of_what_surrounds_it(written: str) -> None:
    (person,) = people(f"E-mail,Role\n{written},lead\n")
    assert person.email == "a@x"


def test_letters_and_their_accents_are_put_together() -> None:
    (person,) = people("First name,Last name\nZoe\u0308,Nu\u0301n\u0303ez\n")
    assert (person.first_name, person.last_name) == ("Zoë", "Núñez")
