"""The load of an exam hall, in a process of its own whose processor time is not counted.

Reads one JSON object from standard input and writes one to standard output. A candidate remembers
what the server acknowledged; a request that breaks off (a killed web process) is sent again, as
the journal of a browser does, and its time counts from the first attempt.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import sys
import time
from typing import Any, cast

#: A request is sent again after so many seconds, so many times.
AGAIN, TIMES = 0.1, 300


class Line:
    """One connection to the server, opened when it is needed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request and return the answer's status and body."""
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
        fields = dict(line.split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(fields["content-length"]))
        if fields.get("connection") == "close":
            self.close()
        if fields.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return int(head[0].split(" ")[1]), body

    def close(self) -> None:
        """Hang up."""
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None


class Hall:
    """What all candidates share: the work to do, and what came of it."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.chance = random.Random("hall")
        self.times: dict[str, list[float]] = {}
        self.kept: list[list[Any]] = []
        self.finished: list[str] = []
        self.again = 0
        self.begun = time.perf_counter()
        #: When the paced candidates put their pencils down; 0 when they sit to the end.
        self.until = 0.0

    async def run(self) -> None:
        """Let so many candidates at a time take their seats, until every seat was taken."""
        waiting = list(reversed(self.job["seats"]))

        async def one_after_another() -> None:
            while waiting:
                await Candidate(self, waiting.pop()).sit()

        if self.job.get("seconds"):
            self.until = self.begun + self.job["spread"] + self.job["seconds"]
        async with asyncio.TaskGroup() as group:
            for _ in range(self.job["clients"]):
                group.create_task(one_after_another())

    def counts(self, began: float) -> bool:
        """Return whether a request of a paced hall began after everybody had come in."""
        return not self.until or began >= self.begun + self.job["spread"]


class Candidate:
    """Somebody who signs, reads items, answers and finishes."""

    def __init__(self, hall: Hall, seat: dict[str, Any]) -> None:
        self.hall, self.seat = hall, seat
        self.line = Line(hall.job["port"])
        self.chance = random.Random(seat["email"])
        self.base = seat.get("base", "")

    async def ask(self, what: str, method: str, path: str, body: Any = None, form: str = "") -> Any:
        """Send a request until it is answered; a wrong status ends the run."""
        data = form or (json.dumps(body) if body is not None else "")
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        request = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
            f"Accept-Encoding: gzip\r\n{self.seat['headers']}Content-Type: {kind}\r\n"
            f"Content-Length: {len(data.encode())}\r\n\r\n{data}"
        ).encode()
        begun = time.perf_counter()
        for _ in range(TIMES):
            try:
                status, answer = await self.line.ask(request)
                break
            except (OSError, asyncio.IncompleteReadError):
                self.line.close()
                self.hall.again += 1
                await asyncio.sleep(AGAIN)
        else:
            raise SystemExit(f"{method} {path} was never answered.")
        if self.hall.counts(begun):
            self.hall.times.setdefault(what, []).append(time.perf_counter() - begun)
        if status not in {200, 201}:
            raise SystemExit(f"{method} {path} answered {status}: {answer.decode()[:300]}")
        return json.loads(answer)

    async def sit(self) -> None:
        """Go through the exam as the job says."""
        job = self.hall.job
        if job.get("spread"):
            await asyncio.sleep(self.hall.chance.uniform(0, job["spread"]))
        if not self.base:
            found = await self.ask(
                "start", "POST", "/member/exams/start/", form=self.seat["affidavit"]
            )
            self.base = f"/member/exams/{found['sitting']}/"
        if job["items"]:
            await (self.answer_in_batches() if job.get("batch") else self.answer_each())
        if job.get("finish"):
            await self.ask("finish", "POST", f"{self.base}finish/", form="_=")
            self.hall.finished.append(self.reference)
        self.line.close()

    @property
    def reference(self) -> str:
        """The sitting."""
        return cast(str, self.base.split("/")[3])

    async def answer_each(self) -> None:
        """Fetch each item and save each answer by itself, thinking before it if the job says so."""
        job = self.hall.job
        for number in range(1, job["items"] + 1):
            item = await self.ask("item", "GET", f"{self.base}items/{number}/")
            if job.get("pause"):
                self.line.close()
                await asyncio.sleep(self.chance.uniform(*job["pause"]))
                if time.perf_counter() > self.hall.until:
                    return
            answer = self.chosen(item) | {"flagged": self.chance.random() < 0.05, "seq": 1}
            saved = await self.ask("save", "PUT", f"{self.base}answers/{number}/", answer)
            assert saved["seq"] == 1
            self.note(number, answer)

    async def answer_in_batches(self) -> None:
        """Save so many answers in one request."""
        job = self.hall.job
        for first in range(1, job["items"] + 1, job["batch"]):
            answers = []
            for number in range(first, min(first + job["batch"], job["items"] + 1)):
                item = {"stem": "", "options": "ABCD"}
                if job.get("fetch"):
                    item = await self.ask("item", "GET", f"{self.base}items/{number}/")
                answers.append(self.chosen(item) | {"number": number, "flagged": False, "seq": 1})
            saved = await self.ask("save", "PUT", f"{self.base}answers/", answers)
            assert "stale" not in saved
            for answer in answers:
                self.note(answer["number"], answer)

    def chosen(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return the right answer as often as this candidate knows it, else any."""
        right = self.hall.job["keys"].get(item["stem"])
        if right is not None and self.chance.random() < self.seat["knows"]:
            return cast(dict[str, Any], right)
        if item["options"]:
            return {"choice": self.chance.choice("ABCD")}
        return {"text": "no idea"}

    def note(self, number: int, answer: dict[str, Any]) -> None:
        """Remember what the server said that it has."""
        given = [answer.get("choice", ""), answer.get("text", ""), answer["flagged"]]
        self.hall.kept.append([self.reference, number, answer["seq"], *given])


def main() -> None:
    """Fill the hall and write what was measured and acknowledged."""
    hall = Hall(json.load(sys.stdin))
    asyncio.run(hall.run())
    json.dump(
        {
            "wall": time.perf_counter() - hall.begun,
            "times": hall.times,
            "kept": hall.kept,
            "finished": hall.finished,
            "again": hall.again,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
