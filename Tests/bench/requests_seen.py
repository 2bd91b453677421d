"""What a store saw of a client, from nginx's log: how many connections it used, and how much it got when."""

import os
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass

LOG_FORMAT = "$msec $request_time $connection $status $body_bytes_sent $request_uri"
# The start and the end of a transfer say little about how many connections it settled on.
STEADY = (0.4, 0.9)
# Between two requests of one connection that is in use: what nginx has sent, the link may not have yet.
GAP_SECONDS = 0.25
SAMPLES = 200


@dataclass(frozen=True)
class Request:
    began: float
    ended: float
    connection: int
    status: int
    size: int
    path: str

    @classmethod
    def parse(cls, line):
        ended, seconds, connection, status, size, path = line.split(" ", 5)
        return cls(float(ended) - float(seconds), float(ended), int(connection), int(status), int(size), path)


def forget(log):
    """nginx appends, so that what it writes next is at the start."""
    os.truncate(log, 0)


def seen(log):
    # The last bytes are at the client before nginx has written that they are.
    time.sleep(0.1)
    return [Request.parse(line) for line in log.read_text().splitlines()]


def connections(requests):
    """The median of those in use at the same time, once it has settled."""
    if not requests:
        return 0
    began, ended = min(each.began for each in requests), max(each.ended for each in requests)
    first, last = (began + (ended - began) * share for share in STEADY)
    uses = in_use(requests)
    times = [first + (last - first) * number / SAMPLES for number in range(SAMPLES)]
    return round(statistics.median(sum(start <= now <= end for start, end in uses) for now in times))


def in_use(requests):
    """When each connection was busy, without the gaps between its requests."""
    of_connection = defaultdict(list)
    for request in sorted(requests, key=lambda each: each.began):
        of_connection[request.connection].append(request)
    uses = []
    for each in of_connection.values():
        start, end = each[0].began, each[0].ended
        for request in each[1:]:
            if request.began > end + GAP_SECONDS:
                uses.append((start, end))
                start = request.began
            end = max(end, request.ended)
        uses.append((start, end))
    return uses


def received(requests, until):
    """Bytes of these requests up to a time, each taken to flow evenly."""
    return sum(
        request.size * min(1, max(0, until - request.began) / max(request.ended - request.began, 0.001))
        for request in requests
    )


def refused(requests):
    return sum(request.status == 503 for request in requests)
