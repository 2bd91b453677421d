"""A link of a set rate to a network namespace of this machine: a virtual cable with a token bucket at its far end."""

import contextlib
import itertools
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

# A router's queue; a deeper one would only make every connection wait longer.
QUEUE_MILLISECONDS = 100
# 198.18.0.0/15 is set aside for benchmarks (RFC 2544); each link takes four addresses of it.
NETWORKS = [f"198.{second}.{third}." for second in (18, 19) for third in range(256)]
# What a server's socket holds back beyond what is on its way: else a request would look served long before it is.
UNSENT_BYTES = 128 * 1024
NUMBERS = itertools.count()


class Unavailable(Exception):
    """What this machine cannot emulate, and why."""


@dataclass(frozen=True)
class Link:
    """`address`: of the far end. `near`: the device on this side. `command`: runs what follows it at the far end."""

    namespace: str
    address: str
    near: str

    @property
    def command(self):
        return ["ip", "netns", "exec", self.namespace]

    @property
    def received_bytes(self):
        """So far, with the heads of packets."""
        return int(Path(f"/sys/class/net/{self.near}/statistics/rx_bytes").read_text())

    def set_rate(self, bytes_a_second):
        """From the far end to here; at any time."""
        self.shape("change", bytes_a_second)

    def shape(self, verb, bytes_a_second):
        # A burst of 4 ms, as the kernel's clock may tick that seldom, and no smaller than the largest packet.
        burst = max(int(bytes_a_second / 250), 65536 + 4096)
        rate = ["rate", f"{int(bytes_a_second * 8)}bit", "burst", str(burst), "latency", f"{QUEUE_MILLISECONDS}ms"]
        checked("tc", "-n", self.namespace, "qdisc", verb, "dev", "far", "root", "tbf", *rate)


@contextlib.contextmanager
def link(bytes_a_second):
    """A link that is gone at the end, with everything on it."""
    if os.geteuid() != 0:
        raise Unavailable("a total rate takes root")
    name = f"bench-{os.getpid()}-{next(NUMBERS)}"
    network = unused_network()
    made = Link(name, f"{network}2", f"bench{os.getpid() % 10**6}-{name.rsplit('-', 1)[1]}"[:15])
    checked("ip", "netns", "add", name)
    try:
        checked("ip", "link", "add", made.near, "type", "veth", "peer", "name", "far", "netns", name)
        checked("ip", "addr", "add", f"{network}1/30", "dev", made.near)
        checked("ip", "link", "set", made.near, "up")
        checked("ip", "-n", name, "addr", "add", f"{network}2/30", "dev", "far")
        checked("ip", "-n", name, "link", "set", "far", "up")
        checked(*made.command, "sh", "-c", f"echo {UNSENT_BYTES} > /proc/sys/net/ipv4/tcp_notsent_lowat")
        made.shape("add", bytes_a_second)
        yield made
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)


def unused_network():
    used = subprocess.run(["ip", "-o", "addr"], capture_output=True, text=True, check=True).stdout
    return next(network for network in NETWORKS if network not in used)


def checked(*command):
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise Unavailable(f"a total rate takes {command[0]} (Debian's iproute2)") from None
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"a total rate: `{' '.join(command)}` failed: {error.stderr.strip()}") from None
