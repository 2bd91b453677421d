"""What must work in every image, as root and as a user that the image does not know, on a root that is read-only.

make test-images
"""

import json
import re
import shutil

import pytest
from container import VARIABLES
from harness import fault_world
from harness.store import sha256
from harness.trees import digests, visible

PINS = [f"{name}:1.0" for name in fault_world.CONTENTS]
EVERY_NAME = ["127.0.0.1", "store.hosts.test", "store.dns.test", "store", "large.dns.test"]
LOCAL = {"MODELKIT_STORAGE_PROVIDER": "local", "MODELKIT_STORAGE_BUCKET": "/volume/bucket"}
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"


def reached_by(server, host):
    """The server's variables with the host by which it is to be reached."""
    scheme, _, address = server.endpoint.partition("://")
    server.endpoint = f"{scheme}://{host}:{address.rpartition(':')[2]}"
    return {name: value for name, value in server.environment.items() if value is not None}


def assert_fetched(inside, finished):
    finished.succeeded()
    assert visible(digests(inside.assets)) == fault_world.seen_of(*fault_world.CONTENTS)


def test_the_version_is_printed(inside):
    finished = inside.run("--version").succeeded()
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", finished.stdout)
    assert finished.stderr == ""


def test_a_folder_is_resolved(inside, store):
    inside.resolve("nlp/words:1", "nlp/classifier:3", environment=LOCAL).succeeded()
    expected = store.digests("nlp/words:1.2", "nlp/classifier:3.1")
    assert visible(digests(inside.assets)) == visible(expected)


@pytest.mark.parametrize("host", EVERY_NAME)
def test_s3_is_resolved_by_every_kind_of_name(inside, s3, host):
    assert_fetched(inside, inside.resolve(*PINS, environment=reached_by(s3, host)))


@pytest.mark.parametrize("host", ["127.0.0.1", "store.dns.test"])
@pytest.mark.parametrize("place", [CERTIFICATES, "etc/pki/tls/certs/ca-bundle.crt"])
def test_certificates_of_the_image_are_trusted(inside, s3_with_tls, authority, host, place):
    (inside.root / CERTIFICATES).unlink(missing_ok=True)
    inside.write(place, authority.bundle.read_text())
    assert_fetched(inside, inside.resolve(*PINS, environment=reached_by(s3_with_tls, host)))


@pytest.mark.parametrize("host", ["127.0.0.1", "store.hosts.test"])
def test_a_bundle_is_trusted(inside, s3_with_tls, authority, host):
    bundle = inside.write("volume/authority.pem", authority.bundle.read_text())
    environment = {"AWS_CA_BUNDLE": bundle, **reached_by(s3_with_tls, host)}
    assert_fetched(inside, inside.resolve(*PINS, environment=environment))


def test_an_authority_that_the_image_does_not_have_is_not_trusted(inside, s3_with_tls):
    finished = inside.resolve(*PINS, environment=reached_by(s3_with_tls, "store.dns.test"))
    finished.failed(8)
    assert visible(digests(inside.assets)) == {}


@pytest.mark.parametrize("host", ["127.0.0.1", "store.dns.test"])
def test_gcs_is_resolved(inside, gcs, host):
    assert_fetched(inside, inside.resolve(*PINS, environment=reached_by(gcs, host)))


def test_credentials_come_from_a_process(inside, s3):
    """An image without a shell has at least the process: busybox here, which is a static program."""
    environment = reached_by(s3, "store.dns.test")
    document = {
        "Version": 1,
        "AccessKeyId": environment.pop("AWS_ACCESS_KEY_ID"),
        "SecretAccessKey": environment.pop("AWS_SECRET_ACCESS_KEY"),
    }
    keys = inside.write("volume/keys.json", json.dumps(document))
    shutil.copy(shutil.which("busybox"), inside.work / "busybox")
    inside.write("volume/home/.aws/config", f"[default]\ncredential_process = /volume/busybox cat {keys}\n")
    assert_fetched(inside, inside.resolve(*PINS, environment=environment))


def test_what_the_store_holds_is_listed(inside, store, s3):
    expected = "nlp/classifier  3.1\nnlp/words       1.2, 0.0\n"
    listed = inside.run("list", environment={**VARIABLES, **LOCAL}).succeeded()
    assert listed.stdout == expected
    listed = inside.run("list", environment={**VARIABLES, **reached_by(s3, "store.dns.test")}).succeeded()
    assert sorted(line.split() for line in listed.stdout.splitlines()) == sorted(
        [name, "1.0"] for name in fault_world.CONTENTS
    )


def test_an_asset_is_pushed(inside, store):
    inside.write("volume/new/words.txt", "un\ndeux\n")
    pushed = inside.run("new", "/volume/new/words.txt", "nlp/mots", "--yes", environment={**VARIABLES, **LOCAL})
    assert pushed.succeeded().stdout == "nlp/mots:0.0\n"
    assert store.data_object("nlp/mots:0.0").read_text() == "un\ndeux\n"
    assert store.meta("nlp/mots:0.0")["is_directory"] is False
    inside.resolve("nlp/mots:0", environment=LOCAL).succeeded()
    assert visible(digests(inside.assets))["nlp/mots/0.0"] == sha256(b"un\ndeux\n")
