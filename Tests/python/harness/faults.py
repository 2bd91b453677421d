"""What `FaultServer` does wrong when it is told to, and which requests it does it to."""

import time
from dataclasses import replace

from harness.s3_messages import PREFIX, Response, error, xml

# Which requests a rule is for.


def gets(key):
    """A GET of this object, named below the prefix."""
    return lambda request: request.method == "GET" and request.key == f"{PREFIX}/{key}"


def lists(request):
    return request.is_list


# Faults.


def answers(status, code, message="as the test asks", headers=(), more=""):
    return lambda exchange: error(status, code, message, headers, more)


def page_of_html(status):
    return lambda exchange: Response(status, b"<!DOCTYPE html><html><body>Log in</body></html>",
                                     (("Content-Type", "text/html"),))  # fmt: skip


def reset_before_the_header(exchange):
    exchange.reset()


def reset_in_the_header(exchange):
    exchange.send(exchange.normal().head()[:20])
    settled()
    exchange.reset()


def reset_after_the_header(exchange):
    exchange.send(exchange.normal().head())
    settled()
    exchange.reset()


def settled():
    """A RST that overtakes what was sent would be another fault: the other side must have read it."""
    time.sleep(0.02)


def cut_after(count, reset=False):
    """The body ends after this many bytes."""

    def fault(exchange):
        response = exchange.normal()
        exchange.send(response.head() + response.body[:count])
        if reset:
            settled()
            exchange.reset()

    return fault


def stall_after(count):
    """Nothing more comes after this many bytes of the body, and the connection stays; None: not even a header."""

    def fault(exchange):
        if count is not None:
            response = exchange.normal()
            exchange.send(response.head() + response.body[:count])
        exchange.server.closing.wait(60)

    return fault


def length_off_by(difference):
    """Content-Length is wrong, and the connection closes after the body."""

    def fault(exchange):
        response = exchange.normal()
        return replace(response, length=len(response.body) + difference)

    return fault


def with_headers(**changes):
    """Replaces headers; underscores are hyphens."""
    changed = {name.replace("_", "-"): value for name, value in changes.items()}

    def fault(exchange):
        response = exchange.normal()
        kept = [(name, value) for name, value in response.headers if name.lower() not in changed]
        return replace(response, headers=(*kept, *((n, v) for n, v in changed.items() if v is not None)))

    return fault


def status_200(exchange):
    """The range that was asked, with its Content-Range, and yet 200: so `rclone serve s3` answers."""
    return replace(exchange.normal(), status=200)


def whole_object(exchange):
    """A range was asked, and the whole object is sent with 200."""
    headers = {name: value for name, value in exchange.request.headers.items() if name != "range"}
    stored = exchange.server.objects[exchange.request.key]
    assert "range" not in headers
    return Response(200, stored.content, (("ETag", stored.etag), *stored.headers))


def corrupted(exchange):
    """The right length, and one byte wrong."""
    response = exchange.normal()
    middle = len(response.body) // 2
    changed = bytes([response.body[middle] ^ 0xFF])
    return replace(response, body=response.body[:middle] + changed + response.body[middle + 1 :])


def endless(beginning, again):
    """Sends `again` until the other side has enough, or a hundred megabytes."""

    def fault(exchange):
        block = again * (65536 // len(again))
        try:
            exchange.connection.sendall(beginning)
            for _ in range(100 * 16):
                exchange.connection.sendall(block)
        except OSError:
            pass

    return fault


endless_headers = endless(b"HTTP/1.1 200 OK\r\n", b"X-More: and more and more and more\r\n")
endless_xml = endless(
    b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n<?xml version='1.0'?><ListBucketResult>",
    b"<CommonPrefixes><Prefix>x</Prefix></CommonPrefixes>",
)


def truncated_xml(exchange):
    response = exchange.normal()
    return replace(response, body=response.body[: len(response.body) * 2 // 3])


def same_token_again(exchange):
    return xml("<ListBucketResult><IsTruncated>true</IsTruncated>"
               "<NextContinuationToken>again</NextContinuationToken></ListBucketResult>")  # fmt: skip


def truncated_without_a_token(exchange):
    return xml("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>")
