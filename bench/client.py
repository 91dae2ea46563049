"""The load: a process of its own, whose processor time is not counted.

Reads one JSON object from standard input and writes one to standard output.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from typing import Any


def _loop(
    job: dict[str, Any], share: list[dict[str, Any]], until: float, found: list[list[float]]
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", job["port"], timeout=120)
    times: list[float] = []
    number = 0
    while (until and time.perf_counter() < until) or (not until and number < len(share)):
        request = share[number % len(share)]
        number += 1
        begun = time.perf_counter()
        connection.request(
            request.get("method", "GET"), request["path"], request.get("body"), job["headers"]
        )
        answer = connection.getresponse()
        length = len(answer.read())
        times.append(time.perf_counter() - begun)
        if answer.status != 200:
            raise SystemExit(f"{request['path']} answered {answer.status}.")
        job["bytes"] = length
    found.append(times)


def main() -> None:
    """Send the requests one after another, or with several clients for some seconds."""
    job = json.load(sys.stdin)
    clients, seconds = job.get("clients", 1), job.get("seconds", 0)
    requests = job["requests"]
    found: list[list[float]] = []
    begun = time.perf_counter()
    until = begun + seconds if seconds else 0.0
    threads = [
        threading.Thread(
            target=_loop,
            args=(job, requests if seconds else requests[index::clients], until, found),
        )
        for index in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(found) != clients:
        raise SystemExit("A client stopped early; its message stands above.")
    wall = time.perf_counter() - begun
    json.dump(
        {"times": [t for times in found for t in times], "wall": wall, "bytes": job["bytes"]},
        sys.stdout,
    )


if __name__ == "__main__":
    main()
