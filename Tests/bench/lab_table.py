"""Whether the lab is what it says it is: what a plain client measures of it."""

import tempfile
from pathlib import Path

from grid_objects import Objects
from lab import MB, Network, lab
from link import Unavailable
from plain_client import PART, answers_a_second, bytes_a_second, first_byte_seconds
from store_tables import header, row
from tables import MIB, heading

NETWORKS = [
    Network(),
    Network(0.030, per_connection=20 * MB),
    Network(0.030, per_connection=60 * MB),
    Network(0.030, per_connection=60 * MB, tls=True),
    Network(0.100, per_connection=10 * MB),
    Network(0.010, total=120 * MB),
    Network(0.040, total=30 * MB),
    Network(requests=500),
]


def lab_as_measured(bench):
    """Its own figures, by which those of the grid can be judged."""
    objects = Objects(bench, 1, 128 * MIB)
    objects.make()
    heading(f"the lab as measured, in parts of {PART // MIB} MiB")
    header("", "ms to the first byte", "MB/s of one connection", "MB/s of eight", "answers/s to eight")
    for network in NETWORKS:
        with tempfile.TemporaryDirectory(prefix="lab-", dir=bench.folder) as folder:
            try:
                with lab(Path(folder) / "nginx", bench.folder, network) as store:
                    row(network, *measured(store, objects))
            except Unavailable as reason:
                row(network, f"not run: {reason}")
    objects.remove()


def measured(store, objects):
    rates = (bytes_a_second(store, objects, count) / MB for count in (1, 8))
    return (
        f"{first_byte_seconds(store, objects) * 1000:.1f}",
        *(f"{rate:.1f}" for rate in rates),
        f"{answers_a_second(store, objects, 8):.0f}",
    )


LAB_TABLES = {"lab": lab_as_measured}
