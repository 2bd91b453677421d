"""A run that writes an image layout and is killed leaves the images that were there, whole, and the next run has all of them."""

import shutil

import pytest

from harness.crash_explorer import kills
from harness.oci_layout import Layout, unpacked_archive


@pytest.fixture
def scene(shelf):
    """A layout of one image, and another one that is to come into it."""
    shelf.store.push("vision/weights:1.0", bytes(range(256)) * 8000)
    spec = shelf.spec("nlp/lexicon:2.0", "vision/weights:1.0")
    shelf.tool.run("resolve", spec).succeeded()
    write(shelf, spec, "oci", "before", tag="1")
    write(shelf, spec, "oci-archive", "before.tar", tag="1")
    return shelf, spec


def arguments(shelf, spec, kind, name, tag, place="/"):
    return ["image", spec, "--at", place, "--output", f"{kind}:{shelf.folder / name}:{tag}"]


def write(shelf, spec, kind, name, tag, place="/"):
    shelf.tool.run(*arguments(shelf, spec, kind, name, tag, place)).succeeded()


def test_a_layout_names_no_image_that_lacks_something(scene):
    shelf, spec = scene
    layout = Layout(shelf.folder / "layout")
    first = Layout(shelf.folder / "before").image("1").digest

    def prepare():
        shutil.rmtree(layout.folder, ignore_errors=True)
        shutil.copytree(shelf.folder / "before", layout.folder)

    states = 0
    for case in kills(shelf.tool, arguments(shelf, spec, "oci", "layout", "2", "/models"), prepare, shelf.folder, 1):
        assert layout.image("1").digest == first, case
        for tag in layout.tags:
            layout.image(tag)
        write(shelf, spec, "oci", "layout", "2", "/models")
        assert layout.tags == ["1", "2"] and layout.leftovers == [], case
        layout.image("2")
        states += 1
    assert states > 20


def test_an_archive_is_the_old_one_or_the_new_one(scene):
    shelf, spec = scene
    path, before = shelf.folder / "layout.tar", (shelf.folder / "before.tar").read_bytes()
    write(shelf, spec, "oci-archive", "after.tar", "2", "/models")
    after = (shelf.folder / "after.tar").read_bytes()

    def prepare():
        path.write_bytes(before)

    states = set()
    for case in kills(shelf.tool, arguments(shelf, spec, "oci-archive", "layout.tar", "2", "/models"), prepare, shelf.folder):
        content = path.read_bytes()
        assert content in (before, after), case
        states.add(content == after)
    write(shelf, spec, "oci-archive", "layout.tar", "2", "/models")
    assert path.read_bytes() == after
    assert [entry.name for entry in shelf.folder.iterdir() if entry.name.startswith(".layout.tar")] == []
    assert False in states
    unpacked_archive(path, shelf.folder / "unpacked").image("2")
