"""What the benchmark makes of what it saw: the arithmetic that its tables stand on."""

import json
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "bench"))

from grid_drop import Sample, rate, seconds_until_back
from plot_trace import Trace
from requests_seen import Request, connections, forget, received, seen


def requests_of(connection, *times, size=1000):
    return [Request(began, ended, connection, 206, size, "/bucket/key") for began, ended in times]


def one_after_another(connection, began, ended, gap):
    return requests_of(connection, *((began + number, began + number + 1 - gap) for number in range(ended - began)))


@pytest.mark.parametrize(
    "requests, count",
    [
        ([], 0),
        (one_after_another(1, 0, 10, gap=0.1), 1),
        ([each for number in range(12) for each in one_after_another(number, 0, 10, gap=0.1)], 12),
        # Sixteen at the start, of which four go on.
        ([each for number in range(16) for each in one_after_another(number, 0, 10 if number < 4 else 3, gap=0.1)], 4),
        # Two that are open all the time, and take turns.
        (requests_of(1, (0, 1), (2, 3), (4, 5)) + requests_of(2, (1, 2), (3, 4), (5, 6)), 1),
    ],
)
def test_connections_are_those_in_use_once_a_transfer_has_settled(requests, count):
    assert connections(requests) == count


def test_bytes_of_a_request_count_evenly_over_its_time():
    requests = requests_of(1, (0, 2), (2, 4), size=1000)
    assert [received(requests, until) for until in (0, 1, 2, 3, 9)] == [0, 500, 1000, 1500, 2000]


def test_the_log_of_a_run_begins_where_the_one_before_was_forgotten(tmp_path):
    log = tmp_path / "requests.log"
    log.write_text("100.500 0.250 7 206 65536 /bucket/of the first\n")
    forget(log)
    with log.open("a") as file:
        file.write("101.500 0.250 8 503 120 /bucket/key with spaces\n")
    assert seen(log) == [Request(101.25, 101.5, 8, 503, 120, "/bucket/key with spaces")]


def samples(*pieces):
    """Of so many bytes a second until then, ten times a second."""
    found, received_bytes, now = [], 0, 0
    for until, bytes_a_second in pieces:
        while now < until * 10:
            now += 1
            received_bytes += bytes_a_second // 10
            found.append(Sample(now / 10, received_bytes))
    return found


def test_a_rate_is_that_between_two_times():
    assert rate(samples((3, 1000), (8, 100)), 1, 3) == pytest.approx(1000)
    assert rate(samples((3, 1000), (8, 100)), 4, 8) == pytest.approx(100)
    assert rate(samples((3, 1000)), 4, 8) == 0


@pytest.mark.parametrize(
    "pieces, seconds",
    [
        (((3, 1000), (8, 100), (15, 1000)), 0),
        (((3, 1000), (8, 100), (10, 500), (15, 950)), 2),
        (((3, 1000), (8, 100), (15, 800)), None),
        (((3, 1000), (8, 100)), None),
    ],
)
def test_the_rate_is_back_when_the_next_half_second_is_as_fast_as_before(pieces, seconds):
    found = seconds_until_back(samples(*pieces), before=1000)
    assert found == seconds if seconds is None else found == pytest.approx(seconds, abs=0.15)


def test_a_trace_is_plotted_by_the_bytes_of_the_last_quarter_of_a_second(tmp_path):
    ticks = [{"t": number / 10, "target": 16, "in_flight": 15, "bytes": number * 2_000_000} for number in range(6)]
    path = tmp_path / "capped.jsonl"
    path.write_text("".join(json.dumps(tick) + "\n" for tick in ticks))
    trace = Trace.read(str(path))
    assert (trace.name, Trace.read(f"120 MB/s={path}").name) == ("capped", "120 MB/s")
    assert trace.rates() == [0, *[pytest.approx(20)] * 5]
