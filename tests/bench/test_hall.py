"""The exam hall of the workloads is real: its candidates can sit, and a lost answer is noticed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.test import Client

from bench import candidates, hall
from scriptorium.domains.exams.models import Answer, Sitting
from scriptorium.kernel import clock
from tests.support.builders import problems
from tests.support.exam_room import add_exam

pytestmark = pytest.mark.django_db


def test_a_blueprint_is_scaled_to_exactly_so_many_items() -> None:
    rows = [{"topic": str(n), "count": count} for n, count in enumerate((16, 8, 12, 10, 54))]
    assert sum(row["count"] for row in hall._scaled(rows, 60)) == 60
    assert [row["count"] for row in hall._scaled(rows, 100)] == [16, 8, 12, 10, 54]
    assert [row["count"] for row in hall._scaled(rows, 50)] == [8, 4, 6, 5, 27]


def begin(seat: dict[str, Any]) -> tuple[Client, str]:
    client = Client(headers={"accept": "application/json"})
    client.cookies["sessionid"] = seat["session"]
    form = "application/x-www-form-urlencoded"
    started = client.post("/member/exams/start/", seat["affidavit"], content_type=form)
    assert started.status_code == 201, started.content
    return client, started.json()["sitting"]


def test_a_seat_is_signed_in_and_has_a_unit_to_sit_on() -> None:
    add_exam("general", places=4)
    version = hall.exam_of(items=4)
    client, sitting = begin(hall.seats("test", 2)[0])
    item = client.get(f"/member/exams/{sitting}/items/1/").json()
    assert item["stem"] in hall.keys_of(version)
    assert Sitting.objects.get().form.exam_version == version
    assert problems(clock.today()) == ()


def test_an_answer_that_was_acknowledged_and_is_not_there_is_lost() -> None:
    add_exam("general", places=4)
    hall.exam_of(items=4)
    client, sitting = begin(hall.seats("test", 1)[0])
    path = f"/member/exams/{sitting}/answers/1/"
    client.put(path, {"choice": "B", "flagged": True, "seq": 1}, content_type="application/json")
    kept = [sitting, 1, 1, "B", "", True]
    assert hall.lost([kept], []) == 0
    assert hall.lost([kept, [sitting, 2, 1, "C", "", False]], []) == 1
    assert hall.lost([[sitting, 1, 1, "C", "", True]], [sitting]) == 2
    assert Answer.objects.count() == 1


async def ask_a_server_that_hangs_up_once() -> tuple[Any, candidates.Hall, int]:
    calls = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"PUT /x/ HTTP/1.1")
        if calls > 1:
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"seq": 1}')
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        at = candidates.Hall({"port": port, "seats": [], "clients": 1})
        candidate = candidates.Candidate(at, {"email": "a@b.example", "headers": ""})
        found = await candidate.ask("save", "PUT", "/x/", {"seq": 1})
        candidate.line.close()
    return found, at, calls


def test_a_request_that_breaks_off_is_sent_again_and_timed_from_the_first_attempt() -> None:
    found, at, calls = asyncio.run(ask_a_server_that_hangs_up_once())
    assert (found, calls, at.again) == ({"seq": 1}, 2, 1)
    assert at.times["save"][0] >= candidates.AGAIN
