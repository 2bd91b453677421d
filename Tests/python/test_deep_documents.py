"""Documents of stores that are nested deeper than any reader of them goes."""

import pytest

from harness.fault_server import FaultServer
from harness.fault_world import SMALL, data, put_asset
from harness.faults import lists
from harness.gcs_fault_server import GCSFaultServer
from harness.s3_messages import Response

DEPTHS = [65, 512, 50_000]


def brackets(depth):
    return b"[" * depth + b"]" * depth


def objects(depth):
    return b'{"error":' * depth + b"1" + b"}" * depth


def elements(depth):
    return b"<Error>" * depth + b"</Error>" * depth


@pytest.fixture
def google(workspace):
    with GCSFaultServer() as server:
        put_asset(server, SMALL, b"small")
        settings = {"MODELKIT_ASSETS_DIR": workspace.assets, "MODELKIT_STORAGE_TIMEOUT_S": "1"}
        workspace.tool.environment = settings | server.environment
        yield server
    assert server.mistakes == []


@pytest.mark.parametrize("form", [brackets, objects])
@pytest.mark.parametrize("depth", DEPTHS)
def test_a_listing_of_google_s(workspace, google, depth, form):
    google.on(lists, lambda exchange: Response(200, form(depth)))
    workspace.tool.run("list").failed(8)


@pytest.mark.parametrize("form", [brackets, objects])
@pytest.mark.parametrize("depth", DEPTHS)
def test_a_refusal_of_google_s(workspace, google, depth, form):
    google.on(data(SMALL), lambda exchange: Response(403, form(depth)))
    workspace.resolve(f"{SMALL}:1.0").failed(4)


@pytest.mark.parametrize("depth", DEPTHS)
def test_answers_of_s3(workspace, depth):
    with FaultServer() as server:
        put_asset(server, SMALL, b"small")
        settings = {"MODELKIT_ASSETS_DIR": workspace.assets, "MODELKIT_STORAGE_TIMEOUT_S": "1"}
        workspace.tool.environment = settings | server.environment
        server.on(lists, lambda exchange: Response(200, elements(depth)))
        server.on(data(SMALL), lambda exchange: Response(403, elements(depth)))
        workspace.tool.run("list").failed(8)
        workspace.resolve(f"{SMALL}:1.0").failed(4)
