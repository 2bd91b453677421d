"""One cause is one error with a count, however many assets it fails."""

import re

import pytest

from harness.fault_world import put_asset
from harness.faults import answers, gets

NAMES = [f"many/a{number:03}" for number in range(300)]
NOT_MADE = "http://127.0.0.1:9"


@pytest.fixture
def many(fault_shelf, fault_server):
    for name in NAMES:
        put_asset(fault_server, name, b"content")
    fault_shelf.names = NAMES
    return fault_shelf


def resolve(shelf, *options, environment=None):
    return shelf.tool.run("resolve", shelf.spec(*shelf.names), *options, environment=environment)


def ends(key):
    """A GET of objects whose names end like this."""
    return lambda request: request.method == "GET" and request.key.endswith(key)


def only_error(finished):
    """The one error that is told, and all that follows it; below it a count of what else failed."""
    errors = re.split(r"^error: ", finished.stderr, flags=re.M)[1:]
    assert len(errors) == 1, finished.stderr[:4000]
    return errors[0]


def also_failed(error):
    (count,) = re.findall(r"same error for (\d+) more: ", error)
    return int(count)


WRONG_SECRET = {"AWS_SECRET_ACCESS_KEY": "wrong"}

# How the run is broken, its exit status, and the words of the one error.
CAUSES = {
    "a wrong secret": (WRONG_SECRET, 4, "S3 rejected the credentials (SignatureDoesNotMatch)"),
    "an unknown access key": (
        {"AWS_ACCESS_KEY_ID": "AKIAUNKNOWN000000000"}, 4, "S3 rejected the credentials (InvalidAccessKeyId)"
    ),
    "no credentials": (
        {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_EC2_METADATA_DISABLED": "true"}, 4,
        "no credentials found for `s3://",
    ),
    "an endpoint that is not there": (
        {"S3_ENDPOINT": NOT_MADE, "MODELKIT_STORAGE_TIMEOUT_S": "1"}, 8, "the store is unreachable"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CAUSES)
def test_versions_of_300_assets_fail_once(many, case):
    environment, status, words = CAUSES[case]
    error = only_error(resolve(many, environment=environment).failed(status))
    assert words in error
    assert also_failed(error) == 299


def test_a_bucket_that_is_not_there_is_one_error(many, fault_server):
    fault_server.on(ends(".versions"), answers(404, "NoSuchBucket", "The specified bucket does not exist"))
    error = only_error(resolve(many).failed(8))
    assert error.startswith("bucket `assets` does not exist\n")
    assert also_failed(error) == 299


def test_access_that_is_denied_is_one_error(many, fault_server):
    fault_server.on(ends(".versions"), answers(403, "AccessDenied", "Access Denied"))
    error = only_error(resolve(many).failed(4))
    assert "access denied" in error
    assert also_failed(error) == 299


@pytest.mark.parametrize("progress", ["plain", "none"])
def test_content_that_is_denied_is_one_error(many, fault_server, progress):
    fault_server.on(ends("/1.0"), answers(403, "AccessDenied", "Access Denied"))
    finished = resolve(many, "--progress", progress).failed(4)
    error = only_error(finished)
    assert "access denied" in error
    assert also_failed(error) == 299
    assert "failed: 300 of 300 assets" in finished.stderr
    # The progress, too, explains it once.
    assert finished.stderr.count("`: access denied") == (2 if progress == "plain" else 1), finished.stderr[:2000]


def test_json_has_the_error_of_each_asset(many, fault_server):
    fault_server.on(ends("/1.0"), answers(403, "AccessDenied", "Access Denied"))
    report = resolve(many, "--format", "json").failed(4).report
    assert len([asset for asset in report["assets"] if asset["error"]["code"] == "permission-denied"]) == 300
    assert len(report["errors"]) == 300


def test_no_provider_is_one_error(many):
    finished = resolve(many, environment={"MODELKIT_STORAGE_PROVIDER": None}).failed(5)
    error = only_error(finished)
    assert "no storage provider is set" in error.splitlines()[0]


def test_causes_that_differ_are_errors_of_their_own(many, fault_server):
    many.names = NAMES[:2]
    fault_server.on(gets(f"{NAMES[0]}/1.0"), answers(403, "AccessDenied", "Access Denied"))
    fault_server.on(gets(f"{NAMES[1]}/1.0"), answers(404, "NoSuchKey"))
    finished = resolve(many).failed(4)
    assert finished.stderr.count("\nerror: ") == 2, finished.stderr
    assert "same error" not in finished.stderr


def test_a_list_that_is_denied_is_one_error(many, fault_server):
    fault_server.on(ends(".versions"), answers(403, "AccessDenied", "Access Denied"))
    error = only_error(many.tool.run("list").failed(4))
    assert "access denied" in error
    assert "same error for 302 more\n" in error  # The three of the server, too.
