"""Runs a command once without a fault, and then once for each of its answers and each fault that may stand in its place."""

import threading
from collections import Counter
from typing import NamedTuple

from harness.faults import cut_after, reset_before_the_header, settled, stall_after
from harness.s3_messages import Response


def status(code):
    return lambda exchange: Response(code)


def cut_in_the_header(exchange):
    exchange.send(exchange.normal().head()[:20])
    settled()


def cut_in_the_body(exchange):
    response = exchange.normal()
    return cut_after(len(response.body) // 2)(exchange)


def stall_in_the_body(exchange):
    response = exchange.normal()
    return stall_after(len(response.body) // 2)(exchange)


FAULTS = {
    "503": status(503),
    "429": status(429),
    "reset": reset_before_the_header,
    "truncation": cut_in_the_header,
    "stall": stall_after(None),
    "cut body": cut_in_the_body,
    "stalled body": stall_in_the_body,
}
# There must be a body to do them to.
OF_BODIES = {"cut body", "stalled body"}


class Answer(NamedTuple):
    """One of a run's answers, told from the others by what was asked for, whatever the order."""

    method: str
    target: str
    range: str
    """How many were asked for in the same words before."""
    earlier: int

    def __str__(self):
        again = f", again ({self.earlier})" if self.earlier else ""
        return f"{self.method} {self.target} {self.range}{again}"


def words(request):
    return request.method, request.target, request.headers.get("range", "")


def answers_of(server, run):
    """The answers of a run without a fault, and whether each has a body."""
    bodies, counts, lock = {}, Counter(), threading.Lock()

    def note(exchange):
        response = exchange.normal()
        with lock:
            asked = words(exchange.request)
            bodies[Answer(*asked, counts[asked])] = bool(response.body) and exchange.request.method != "HEAD"
            counts[asked] += 1
        return response

    server.rules[:] = []
    server.on(lambda request: True, note)
    run()
    server.rules[:] = []
    return bodies


def cases(bodies, faults):
    """Which answer is replaced by which fault, in an order that does not change from one run to the next."""
    return [
        (answer, fault)
        for answer in sorted(bodies)
        for fault in faults
        if bodies[answer] or fault not in OF_BODIES
    ]


def replace(server, *faults):
    """From now on each of these answers is replaced by its fault, once; the same answer twice also the second time.

    Returns the rules, which have no times left once they were applied."""
    server.rules[:] = []
    for answer, fault in faults:
        server.on(lambda request, asked=answer[:3]: words(request) == asked, FAULTS[fault], times=1, skip=answer.earlier)
    return server.rules
