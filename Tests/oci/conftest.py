import logging
import os
from dataclasses import dataclass
from pathlib import Path

import engines
import pytest
import structlog
from harness.oci_layout import Layout
from harness.workspace import Workspace

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("MODELKIT_ASSETS_BIN") or REPOSITORY / ".build/release/modelkit-assets").absolute()

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def pytest_configure():
    assert os.access(PROGRAM, os.X_OK), f"{PROGRAM} is not there: run `make build`, or set MODELKIT_ASSETS_BIN"
    assert os.geteuid() == 0, "engines of containers take root here"


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A workspace with a layout that has an image for two platforms and one for the first alone, and the same as an archive."""
    workspace = Workspace.below(tmp_path_factory.mktemp("built"), PROGRAM)
    store = workspace.store
    store.push("vision/weights:1.0", os.urandom(3 << 20), pushed="2024-04-01T12:00:00+00:00")
    store.push("vision/more:1.0", {"a": os.urandom(2 << 20), "deep/er/b": b"b", "deep/empty": b""})
    names = {"d" * 90 + "/" + "f" * 120: b"longer than a header holds", "/".join(["d" * 200] * 5): b"a thousand bytes"}
    store.push("nlp/lexicon:2.0", {"en/words.txt": b"one\n", "é": b"\0", **names})
    store.push("nlp/vectors:1.4", b"vectors\n", pushed="2024-05-01T12:00:00+00:00")
    store.push("many/files:1.0", {f"part-{number % 50}/{number}": b"x" * (number % 3) for number in range(2000)})
    spec = workspace.spec("vision/weights:1.0", "vision/more:1.0", "nlp/lexicon:2.0", "nlp/vectors:1.4", "many/files:1.0")
    workspace.tool.run("resolve", spec).succeeded()
    for target, *options in [
        ("oci:layout:1",), ("oci-archive:assets.tar:1",), ("oci:single:1", "--platform", "linux/amd64"),
    ]:  # fmt: skip
        workspace.tool.run("image", spec, "--output", target, *options, cwd=workspace.folder).succeeded()
    return workspace


@pytest.fixture(scope="session")
def image(built):
    return Layout(built.folder / "layout").image("1")


@dataclass(frozen=True)
class Pushed:
    """An image in a registry: by its tag, and as the push printed it."""

    tagged: str
    printed: str


@pytest.fixture(scope="session")
def pushed(built, tmp_path_factory):
    """The same image, pushed to docker-registry by the program itself."""
    with engines.registry(tmp_path_factory.mktemp("pushed") / "registry") as address:
        tagged = f"{address}/team/assets:1"
        run = built.tool.run("image", built.folder / "assets.yaml", "--push", tagged).succeeded()
        yield Pushed(tagged, run.stdout.strip())


@pytest.fixture
def storage(tmp_path):
    with engines.storage(tmp_path / "storage") as opened:
        yield opened


@pytest.fixture
def containerd(tmp_path):
    with engines.containerd(tmp_path / "containerd") as running:
        yield running
