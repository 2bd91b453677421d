"""Keys with marks that mean something in a URL: on the wire as botocore sends them, and in their place on the disk."""

from types import SimpleNamespace

import boto3
import botocore.awsrequest
import botocore.config
import pytest

from harness.fault_world import FINE, SMALL, put_folder, seen_of
from harness.s3_messages import BUCKET, PREFIX, REGION
from harness.s3_world import ODD_NAMES
from harness.store import sha256
from harness.trees import digests, visible
from harness.workspace import error_text, outcomes

ODD = "odd/asset"
NAMES = {
    **ODD_NAMES,
    "slash/x": b"slash\n",
    "slash%2Fx": b"percent 2F\n",
    "slash%2fx": b"percent 2f\n",
    "%": b"percent alone\n",
    "%zz": b"percent and no digits\n",
    "%25": b"percent 25\n",
    "++": b"two pluses\n",
    "+ +": b"plus and space\n",
    " first": b"space first\n",
    "last ": b"space last\n",
    "two  spaces": b"spaces\n",
    "in a/c+d/e%20f": b"in folders\n",
    "back\\slash": b"backslash\n",
    "..two dots": b"dots first\n",
    "dots..": b"dots last\n",
    "...": b"three dots\n",
    ".hidden/x": b"hidden\n",
    "~tilde-_.": b"unreserved\n",
    "?": b"question\n",
    "#": b"hash\n",
    "a?versionId=1&b": b"query\n",
    "\"'`": b"quotes\n",
    "{}|^<>[]": b"brackets\n",
    "tab\there": b"tab\n",
    "line\nbreak": b"line break\n",
    "return\rhere": b"carriage return\n",
    "\x01\x7f": b"control\n",
    "é/composed": b"NFC\n",
    "e\u0301/decomposed": b"NFD\n",
    "한글": b"composed Hangul\n",
    "\u1112\u1161\u11ab": b"decomposed Hangul\n",
    "\u00a0\u2028": b"spaces of Unicode\n",
    "x" * 255: b"a long name\n",
    "ü" * 127: b"a long name of two bytes each\n",
    "null": b"null\n",
    "-": b"hyphen\n",
    "*": b"star\n",
    ":": b"colon\n",
    "a;b=c": b"parameters\n",
}  # fmt: skip


@pytest.fixture
def client(fault_server):
    """boto3's, whose requests are kept and never sent."""
    client = boto3.client(
        "s3",
        endpoint_url=fault_server.endpoint,
        aws_access_key_id="AKIA",
        aws_secret_access_key="secret",
        region_name=REGION,
        config=botocore.config.Config(s3={"addressing_style": "path"}),
    )
    client.sent = []
    client.meta.events.register("before-send.s3", lambda request, **_: client.sent.append(request.url) or nothing())
    return client


def nothing():
    """An answer without headers and body."""
    return botocore.awsrequest.AWSResponse("", 200, {}, SimpleNamespace(stream=lambda *_, **__: iter([b""])))


def target_by_botocore(client, key):
    client.head_object(Bucket=BUCKET, Key=key)
    return client.sent[-1].removeprefix(client.meta.endpoint_url)


def test_this_servers_own_client_says_something(client):
    assert target_by_botocore(client, "a b+c/ü") == f"/{BUCKET}/a%20b%2Bc/%C3%BC"


def test_keys_are_on_the_wire_as_botocore_has_them_and_land_in_their_places(fault_shelf, fault_server, client):
    put_folder(fault_server, ODD, NAMES)
    fault_shelf.resolve(f"{ODD}:1.0").succeeded()
    begin = f"/{BUCKET}/{PREFIX}/{ODD}/1.0/"
    seen = {request.target for request in fault_server.requests if request.target.startswith(begin)}
    assert seen == {target_by_botocore(client, f"{PREFIX}/{ODD}/1.0/{name}") for name in NAMES}
    assert [request.target for request in fault_server.requests if fault_server.refusal(request)] == []
    expected = {f"{ODD}/1.0/{name}": sha256(content) for name, content in NAMES.items()}
    assert visible(digests(fault_shelf.assets)) == {**expected, f"{ODD}/1.0/.SUCCESS": sha256(b"")}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_arrives_alone(fault_shelf, fault_server, client, name):
    put_folder(fault_server, ODD, {name: NAMES[name]})
    fault_shelf.resolve(f"{ODD}:1.0").succeeded()
    target = target_by_botocore(client, f"{PREFIX}/{ODD}/1.0/{name}")
    # No range of an object without bytes can be had.
    asked = 1 if NAMES[name] else 2
    assert [request.target for request in fault_server.requests].count(target) == asked
    assert visible(digests(fault_shelf.assets))[f"{ODD}/1.0/{name}"] == sha256(NAMES[name])


def test_a_second_run_keeps_what_has_such_names(fault_shelf, fault_server):
    put_folder(fault_server, ODD, NAMES)
    fault_shelf.resolve(f"{ODD}:1.0").succeeded()
    report = fault_shelf.resolve(f"{ODD}:1.0").succeeded().report
    assert [item["action"] for item in report["assets"]] == ["keep"]


# Prefixes, which may hold the same.
PREFIXES = ["my assets", "a+b", "a%2Fb", "ü", "u\u0308", "a/b", "it's", "a#b?c", "..", "a//b", "(x)*!~", "a&b=c"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_prefix_is_on_the_wire_as_botocore_has_it(fault_shelf, fault_server, client, prefix):
    for key in [key for key in fault_server.objects if key.startswith(f"{PREFIX}/{SMALL}")]:
        stored = fault_server.objects[key]
        fault_server.objects[prefix + key.removeprefix(PREFIX)] = stored
    fault_shelf.tool.environment["MODELKIT_STORAGE_PREFIX"] = prefix
    finished = fault_shelf.resolve(f"{SMALL}:1.0")
    if finished.status == 3:
        assert "MODELKIT_STORAGE_PREFIX" in error_text(finished.report)
        assert prefix in ("..", "a//b"), str(finished)
        return
    finished.succeeded()
    assert visible(digests(fault_shelf.assets)) == seen_of(SMALL)
    target = target_by_botocore(client, f"{prefix}/{SMALL}/1.0")
    assert target in [request.target for request in fault_server.requests]


@pytest.mark.parametrize("prefix", [prefix for prefix in PREFIXES if prefix not in ("..", "a//b")])
def test_a_listing_asks_as_botocore_asks(fault_shelf, fault_server, client, prefix):
    client.list_objects_v2(Bucket=BUCKET, Prefix=f"{prefix}/")
    (expected,) = [field for field in fields(client.sent[-1]) if field.startswith("prefix=")]
    fault_shelf.tool.environment["MODELKIT_STORAGE_PREFIX"] = prefix
    fault_shelf.tool.run("list")
    (listing,) = [request for request in fault_server.requests if request.is_list]
    assert expected in fields(listing.target)
    assert fault_server.refusal(listing) is None


def fields(target):
    return target.partition("?")[2].split("&")


# Where no path inside an asset can come of it, nothing of the asset is asked for.
UNSAFE = ["../x", "a/../x", "..", "a//b", "//a", "/a", "a/./b", "./a", ".", "a/", "a\0b", "x" * 256, ".SUCCESS", ""]


@pytest.mark.parametrize("name", UNSAFE)
def test_a_name_is_refused_that_is_no_safe_path(fault_shelf, fault_server, name):
    put_folder(fault_server, ODD, {"fine": b"fine\n", name: b"unsafe\n"})
    finished = fault_shelf.resolve(f"{ODD}:1.0", f"{FINE}:1.0").failed(5)
    text = error_text(finished.report)
    assert "unsafe-path" in text
    assert f"{ODD}/1.0.meta" in text
    assert outcomes(finished.report)[f"{FINE}:1.0"] == "fetched"
    assert [request for request in fault_server.requests if f"/{ODD}/1.0/" in request.target] == []
    assert visible(digests(fault_shelf.assets)) == seen_of(FINE)
