"""A proxy of TCP connections that holds back every request, and knows when each began and was answered.

It stands for a distant server: 50 ms pass before each answer. Opening a connection costs nothing here, and over a real
distance one round more.
"""

import asyncio
import contextlib
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Exchange:
    request: str
    started: float
    ended: float


@dataclass(frozen=True)
class Proxy:
    endpoint: str
    # Of all connections since it was last cleared.
    exchanges: list


@contextlib.contextmanager
def delaying(endpoint, seconds):
    """In front of an http endpoint, in a thread of its own: while a contender runs, this process does nothing else."""
    target, exchanges = urlsplit(endpoint), []
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(
            lambda: Client(loop, (target.hostname, target.port), seconds, exchanges), "127.0.0.1", 0, backlog=4096
        )
    )
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield Proxy(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", exchanges)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


class Client(asyncio.Protocol):
    """A client's connection, and the one to the server that belongs to it. Nobody here pipelines."""

    def __init__(self, loop, target, seconds, exchanges):
        self.loop, self.target, self.seconds, self.exchanges = loop, target, seconds, exchanges
        self.server = None
        self.held = []
        self.answered = True

    def connection_made(self, transport):
        self.transport = transport
        self.connecting = self.loop.create_task(self.connect())

    async def connect(self):
        try:
            self.server, _ = await self.loop.create_connection(lambda: Answers(self), *self.target)
        except OSError:
            self.transport.abort()
            return
        for data in self.held:
            self.server.write(data)

    def data_received(self, data):
        now = time.perf_counter()
        # A request's head may come in pieces; the first piece begins the exchange.
        if self.answered:
            self.answered = False
            self.exchange = Exchange(data.split(b"\r\n", 1)[0].decode("latin-1"), now, now)
            self.exchanges.append(self.exchange)
        self.loop.call_later(self.seconds, self.forward, data)

    def forward(self, data):
        if self.server:
            self.server.write(data)
        else:
            self.held.append(data)

    def answer(self, data):
        self.answered = True
        self.exchange.ended = time.perf_counter()
        self.transport.write(data)

    def connection_lost(self, error):
        if self.server:
            self.server.abort()


class Answers(asyncio.Protocol):
    def __init__(self, client):
        self.client = client

    def data_received(self, data):
        self.client.answer(data)

    def connection_lost(self, error):
        self.client.transport.close()


def rounds(exchanges):
    """The longest chain of requests of which each began after the one before was answered."""
    count, answered = 0, float("-inf")
    for exchange in sorted(exchanges, key=lambda exchange: exchange.ended):
        if exchange.started >= answered:
            count, answered = count + 1, exchange.ended
    return count
