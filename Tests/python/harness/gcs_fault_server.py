"""A server that speaks just enough of Google Cloud Storage's JSON API, and misbehaves as `fault_server` does."""

import base64
import hashlib
import itertools
import json
import re
import urllib.parse
from dataclasses import dataclass, field
from typing import NamedTuple

import google_crc32c

from harness.fault_server import FaultServer
from harness.s3_messages import BUCKET, Request, Response

OBJECTS = f"/storage/v1/b/{BUCKET}/o"


class StoredGeneration(NamedTuple):
    content: bytes
    generation: int
    crc32c: str
    md5: str
    headers: tuple = ()


class GCSRequest(Request):
    @property
    def key(self):
        """Of the object, which is one segment of the path."""
        match = re.fullmatch(rf"(?:/download)?{OBJECTS}/([^/]+)", self.path)
        return urllib.parse.unquote(match[1]) if match else ""

    @property
    def is_list(self):
        return self.method == "GET" and self.path == OBJECTS

    @property
    def token(self):
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind == "Bearer" else None


@dataclass
class GCSFaultServer(FaultServer):
    """The tokens that are taken; None: none is wanted."""

    tokens: set | None = None
    """What testIamPermissions answers; None: that it does not know the question."""
    permissions: tuple | None = None
    generations: object = field(default_factory=lambda: itertools.count(1700000000000000))
    request_class = GCSRequest

    @property
    def environment(self):
        return {
            "MODELKIT_STORAGE_PROVIDER": "gcs",
            "MODELKIT_STORAGE_BUCKET": BUCKET,
            # An emulator gets no token.
            ("STORAGE_EMULATOR_HOST" if self.tokens is None else "API_ENDPOINT_OVERRIDE"): self.endpoint,
        }

    def put(self, key, content, headers=(), **_):
        # Once, as an object may be read in hundreds of parts.
        digests = crc32c(content), encoded(hashlib.md5(content).digest())
        self.objects[key] = StoredGeneration(content, next(self.generations), *digests, tuple(headers))

    def answer(self, request):
        if self.tokens is not None and request.token not in self.tokens:
            return fault(401, "authError", "Invalid Credentials", is_media="alt" in request.query)
        if request.is_list:
            return self.listing(request)
        if request.path.endswith("/iam/testPermissions"):
            if self.permissions is None:
                return fault(404, "notFound", "Not Found")
            asked = urllib.parse.parse_qs(request.target.partition("?")[2]).get("permissions", [])
            held = [permission for permission in asked if permission in self.permissions]
            return document({"permissions": held} if held else {})
        return self.object(request)

    def object(self, request):
        stored, is_media = self.objects.get(request.key), request.query.get("alt") == "media"
        wanted = request.query.get("generation", stored and str(stored.generation))
        if stored is None or wanted != str(stored.generation):
            return fault(404, "notFound", f"No such object: {BUCKET}/{request.key}", is_media)
        if not is_media:
            return document(self.resource(request.key))
        content, size = stored.content, len(stored.content)
        headers = (
            ("x-goog-generation", stored.generation),
            ("x-goog-hash", f"crc32c={stored.crc32c}"),
            ("x-goog-hash", f"md5={stored.md5}"),
            ("x-goog-stored-content-length", size),
            *stored.headers,
        )
        if "range" not in request.headers:
            return Response(200, content, headers)
        first, last = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers["range"]).groups()
        first, last = int(first), min(int(last or size - 1), size - 1)
        if first >= size:
            return fault(416, "requestedRangeNotSatisfiable", "The requested range cannot be satisfied.", is_media)
        return Response(206, content[first : last + 1], (*headers, ("Content-Range", f"bytes {first}-{last}/{size}")))

    def resource(self, key):
        stored = self.objects[key]
        return {
            "name": key,
            "size": str(len(stored.content)),
            "generation": str(stored.generation),
            "crc32c": stored.crc32c,
            "md5Hash": stored.md5,
        }

    def listing(self, request):
        prefix, start = request.query.get("prefix", ""), request.query.get("pageToken", "")
        page = min(self.page, int(request.query.get("maxResults", "1000")))
        keys = sorted((key for key in self.objects if key.startswith(prefix) and key > start), key=str.encode)
        shown = keys[:page]
        items = {"items": [self.resource(key) for key in shown]} if shown else {}
        return document(items | ({"nextPageToken": shown[-1]} if len(keys) > page else {}))


def encoded(digest):
    return base64.b64encode(digest).decode()


def crc32c(content):
    return encoded(google_crc32c.value(content).to_bytes(4, "big"))


def document(value, status=200):
    return Response(status, json.dumps(value).encode(), (("Content-Type", "application/json; charset=UTF-8"),))


def fault(status, reason, message, is_media=False):
    """Text for an object's content, JSON for the rest."""
    if is_media:
        return Response(status, message.encode(), (("Content-Type", "text/html; charset=UTF-8"),))
    errors = [{"domain": "global", "reason": reason, "message": message}]
    return document({"error": {"code": status, "message": message, "errors": errors}}, status)
