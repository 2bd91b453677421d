"""Passwords and keys that stand where they do not belong are not repeated."""

import pytest

from harness.fault_world import SMALL

PIN = f"{SMALL}:1.0"
PASSWORD = "hunter2"
BUCKET = f"https://user:{PASSWORD}@store.example/bucket"
COMMANDS = {
    "resolve": ["resolve"],
    "resolve as JSON": ["resolve", "--format", "json"],
    "check": ["check"],
    "check as JSON": ["check", "--format", "json"],
    "plan": ["plan"],
}


@pytest.mark.parametrize("provider", ["s3", "gcs"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_bucket_with_a_password_is_not_repeated(fault_shelf, provider, command):
    name, *options = COMMANDS[command]
    environment = {"MODELKIT_STORAGE_PROVIDER": provider, "MODELKIT_STORAGE_BUCKET": BUCKET}
    spec = fault_shelf.spec(PIN)
    finished = fault_shelf.tool.run(name, spec, "-vv", *options, environment=environment).failed(64)
    assert PASSWORD not in finished.stdout + finished.stderr
    assert "invalid bucket name `https://[secret]@store.example/bucket`" in finished.stdout + finished.stderr


@pytest.mark.parametrize("key", ["wJalrXUtnFEMI+K7MDENG+bPxRfiCYEXAMPLEKEY", "AKIAFAULT00000000000:secret", "short"])
def test_an_id_that_may_be_a_secret_is_not_printed(fault_shelf, fault_server, key):
    fault_server.keys = {key: ("fault-secret", None)}
    environment = {"AWS_ACCESS_KEY_ID": key}
    fault_shelf.resolve(PIN, environment=environment).succeeded()
    finished = fault_shelf.tool.run("check", fault_shelf.spec(PIN), "-vv", environment=environment)
    assert "not shown: it does not look like an access key ID" in finished.stdout, str(finished)
    assert key not in finished.stdout + finished.stderr
