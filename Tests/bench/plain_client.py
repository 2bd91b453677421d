"""The plainest client of a lab: connections that ask for one thing after another, to measure the lab itself."""

import http.client
import ssl
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from servers import BUCKET
from tables import MIB

PART = 16 * MIB
TRIAL_SECONDS = 2
BUFFER_BYTES = MIB // 4


def connect(server):
    address = urlsplit(server.endpoint)
    if address.scheme == "http":
        return http.client.HTTPConnection(address.netloc, timeout=30)
    return http.client.HTTPSConnection(
        address.netloc, timeout=30, context=ssl.create_default_context(cafile=server.certificate)
    )


def at_once(count, work):
    """What so many threads get from `work(number)`."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def bytes_a_second(store, objects, count):
    """Of so many connections that ask for one part of a file after another."""
    ends = time.monotonic() + TRIAL_SECONDS
    received = at_once(count, lambda number: part_after_part(store.server, objects, number, ends))
    return sum(received) / TRIAL_SECONDS


def part_after_part(server, objects, number, ends):
    connection, buffer, count = connect(server), bytearray(BUFFER_BYTES), 0
    begin = number * PART % objects.size
    wanted = {"Range": f"bytes={begin}-{begin + PART - 1}"}
    while time.monotonic() < ends:
        connection.request("GET", f"/{BUCKET}/{objects.prefix}1.0", headers=wanted)
        answer = connection.getresponse()
        while time.monotonic() < ends and (length := answer.readinto(buffer)):
            count += length
    connection.close()
    return count


def first_byte_seconds(store, objects):
    """The median of ten."""
    connection = connect(store.server)
    waits = [seconds_to_answer(connection, objects) for _ in range(10)]
    connection.close()
    return statistics.median(waits)


def seconds_to_answer(connection, objects):
    began = time.perf_counter()
    connection.request("GET", f"/{BUCKET}/{objects.prefix}1.0", headers={"Range": "bytes=0-0"})
    answer = connection.getresponse()
    waited = time.perf_counter() - began
    answer.read()
    return waited


def answers_a_second(store, objects, count):
    """Those that are not refused, to so many connections that ask for a byte again and again."""
    ends = time.monotonic() + TRIAL_SECONDS

    def ask(_):
        connection, answered = connect(store.server), 0
        while time.monotonic() < ends:
            connection.request("GET", f"/{BUCKET}/{objects.prefix}1.0", headers={"Range": "bytes=0-0"})
            answer = connection.getresponse()
            answer.read()
            answered += answer.status == 206
        connection.close()
        return answered

    return sum(at_once(count, ask)) / TRIAL_SECONDS
