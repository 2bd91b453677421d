"""Prints COUNT free ports, each with the one 10,000 above it free too, where SeaweedFS listens as well."""

import random
import socket
import sys


def bindable(port):
    with socket.socket() as candidate:
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


found = set()
while len(found) < int(sys.argv[1]):
    port = random.randrange(10_000, 22_000)
    if bindable(port) and bindable(port + 10_000):
        found.add(port)
print("\n".join(map(str, found)))
