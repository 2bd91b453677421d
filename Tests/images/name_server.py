"""A name server on port 53 of loopback, by UDP and TCP, for names that lead to loopback."""

import contextlib
import socket
import struct
import threading

ADDRESS = bytes([127, 0, 0, 1])
A = 1
RESPONSE, TRUNCATED, NO_SUCH_NAME = 0x8180, 0x8380, 0x8183


class NameServer:
    """`truncated` names have no room in a datagram, so that a client must ask again by TCP."""

    def __init__(self, names, truncated=()):
        self.names, self.truncated = {*names, *truncated}, set(truncated)
        """The names that were asked for, with `udp` or `tcp`."""
        self.asked = []

    def __enter__(self):
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind(("127.0.0.1", 53))
        self.listener = socket.create_server(("127.0.0.1", 53))
        for serve in (self.serve_datagrams, self.serve_connections):
            threading.Thread(target=serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        for end in (self.datagrams, self.listener):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def serve_datagrams(self):
        with contextlib.suppress(OSError):
            while True:
                query, client = self.datagrams.recvfrom(4096)
                if query:
                    self.datagrams.sendto(self.answer(query, "udp"), client)

    def serve_connections(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with connection, contextlib.suppress(OSError, struct.error):
                    self.serve_connection(connection)

    def serve_connection(self, connection):
        reader = connection.makefile("rb")
        while len(header := reader.read(2)) == 2:
            answer = self.answer(reader.read(struct.unpack("!H", header)[0]), "tcp")
            connection.sendall(struct.pack("!H", len(answer)) + answer)

    def answer(self, query, transport):
        """RFC 1035: the header, the question as it came, and an address of four bytes where one was asked for."""
        name, end = self.question(query)
        self.asked.append((name, transport))
        identity, (kind, _) = query[:2], struct.unpack("!HH", query[end : end + 4])
        question = query[12 : end + 4]
        if name in self.truncated and transport == "udp":
            return identity + struct.pack("!5H", TRUNCATED, 1, 0, 0, 0) + question
        if name not in self.names:
            return identity + struct.pack("!5H", NO_SUCH_NAME, 1, 0, 0, 0) + question
        if kind != A:
            return identity + struct.pack("!5H", RESPONSE, 1, 0, 0, 0) + question
        record = struct.pack("!HHHIH", 0xC00C, A, 1, 60, len(ADDRESS)) + ADDRESS
        return identity + struct.pack("!5H", RESPONSE, 1, 1, 0, 0) + question + record

    def question(self, query):
        """The name that is asked for, and where it ends."""
        labels, place = [], 12
        while length := query[place]:
            labels.append(query[place + 1 : place + 1 + length].decode())
            place += length + 1
        return ".".join(labels).lower(), place + 1
