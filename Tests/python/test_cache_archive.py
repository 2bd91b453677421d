"""`cache export` and `cache import`: the cache as one file that tar reads, the same for the same entries."""

import io
import shutil
import subprocess
import tarfile

import pytest

from harness.cache import entries, entry
from harness.store import sha256

PINS = ("nlp/vectors:1.0", "nlp/lexicon:2.0", "nlp/classifier:3.1")


@pytest.fixture
def filled(shelf):
    """A cache of a few assets, and a lockfile that names all of them."""
    shelf.tool.environment["MODELKIT_ASSETS_CACHE_DIR"] = shelf.folder / "cache"
    shelf.resolve(*PINS).succeeded()
    return shelf


def cache(workspace, name="cache"):
    return entries(workspace.folder / name)


def export(workspace, name="cache.tar", *options):
    workspace.tool.run("cache", "export", workspace.folder / name, *options).succeeded()
    return workspace.folder / name


def import_into(workspace, archive, name="other", **options):
    return workspace.tool.run("cache", "import", archive, "--cache-dir", workspace.folder / name, **options)


def contents(paths):
    return {path.name: path.read_bytes() for path in paths}


def test_what_is_exported_can_be_imported_and_resolves_without_a_store(filled):
    finished = import_into(filled, export(filled)).succeeded()
    assert finished.stdout == f"imported {len(cache(filled))} entries (8.2 kB)\n"
    assert contents(cache(filled, "other")) == contents(cache(filled))
    environment = {
        "MODELKIT_ASSETS_CACHE_DIR": filled.folder / "other",
        "MODELKIT_ASSETS_DIR": filled.folder / "assets-of-other",
    }
    options = ["--offline", "--locked", "--create-assets-dir"]
    finished = filled.tool.run("resolve", filled.folder / "assets.yaml", *options, environment=environment).succeeded()
    assert "7 files (8.2 kB) from the cache" in finished.stderr


def test_the_archive_is_the_same_for_the_same_entries_whenever_they_came(filled):
    first = export(filled).read_bytes()
    import_into(filled, filled.folder / "cache.tar").succeeded()
    assert export(filled, "again.tar", "--cache-dir", filled.folder / "other").read_bytes() == first
    with tarfile.open(fileobj=io.BytesIO(first)) as archive:
        members = archive.getmembers()
    names = [member.name for member in members]
    assert names[0] == "CACHEDIR.TAG" and names[1:] == sorted(names[1:])
    assert {(member.mtime, member.uid, member.gid, member.mode) for member in members} == {(0, 0, 0, 0o444)}


def test_tar_makes_a_cache_of_it_and_what_tar_makes_of_a_cache_is_imported(filled):
    archive, folder = export(filled), filled.folder / "by-tar"
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", folder, "-f", archive], check=True)
    finished = filled.tool.run("cache", "size", "--cache-dir", folder).succeeded()
    assert finished.stdout == filled.tool.run("cache", "size").succeeded().stdout
    for form in ("gnu", "pax", "ustar"):
        made = filled.folder / f"{form}.tar"
        subprocess.run(["tar", "-c", f"--format={form}", "-C", filled.folder / "cache", "-f", made, "."], check=True)
        import_into(filled, made, form).succeeded()
        assert contents(cache(filled, form)) == contents(cache(filled))


def test_the_lockfile_says_what_is_exported(filled):
    spec = filled.spec("nlp/vectors:1.0", name="few.yaml")
    filled.tool.run("lock", spec).succeeded()
    import_into(filled, export(filled, "few.tar", "--spec", spec)).succeeded()
    assert contents(cache(filled, "other")).popitem()[1] == b"vectors, first\n"
    assert len(cache(filled, "other")) == 1


def test_standard_output_and_input_are_named_by_a_hyphen(filled):
    archive = filled.tool.start("cache", "export", "-")
    archive.wait()
    assert archive.stdout.read_bytes() == export(filled).read_bytes()
    with archive.stdout.open("rb") as stream:
        import_into(filled, "-", stdin=stream).succeeded()
    assert contents(cache(filled, "other")) == contents(cache(filled))
    filled.tool.run("cache", "export", "-", "--format", "json").failed(64)


def test_a_second_import_adds_nothing(filled):
    archive = export(filled)
    import_into(filled, archive).succeeded()
    document = import_into(filled, archive).succeeded()
    assert document.stdout == f"imported 0 entries, {len(cache(filled))} were there\n"


def corrupt(filled, content, damaged):
    path = entry(filled.folder / "cache", content)
    path.unlink()
    path.write_bytes(damaged)
    return path


@pytest.mark.parametrize("damaged", [b"vectors, worst\n", b"vectors, first and last\n"], ids=["content", "size"])
def test_a_corrupt_entry_is_told_of_and_removed(filled, damaged):
    path = corrupt(filled, b"vectors, first\n", damaged)
    finished = filled.tool.run("cache", "export", filled.folder / "cache.tar").succeeded()
    assert f"the cache entry `{path}` was corrupt and removed; it was left out of the archive" in finished.stderr
    assert not path.exists()
    import_into(filled, filled.folder / "cache.tar").succeeded()
    # And by a run.
    path.write_bytes(damaged)
    (filled.folder / "again").mkdir()
    again = {"MODELKIT_ASSETS_DIR": filled.folder / "again"}
    finished = filled.tool.run("resolve", filled.folder / "assets.yaml", environment=again).succeeded()
    assert f"the cache entry `{path}` was corrupt and removed; its content was downloaded again" in finished.stderr
    assert path.read_bytes() == b"vectors, first\n"


def test_an_archive_of_another_form_is_told_what_to_do_with(filled):
    archive = export(filled)
    subprocess.run(["gzip", archive], check=True)
    packed = f"{archive}.gz"
    refused = import_into(filled, packed).failed(9)
    assert refused.stderr == (
        f"error: cannot import `{packed}`: it is compressed with gzip\n"
        f"  hint: `gzip -dc {packed} | modelkit-assets cache import -` imports it\n"
    )


DAMAGES = {
    "a changed byte": lambda data: data.replace(b"vectors, first", b"vectors, worst"),
    "cut in a content": lambda data: data[: data.index(b"vectors, first") + 4],
    "cut after a content": lambda data: data[: data.index(b"vectors, first") // 512 * 512 + 512],
    "no archive": lambda data: b"no archive at all" * 100,
    "empty": lambda data: b"",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_archive_is_an_error_and_no_entry_is_there_in_part(filled, damage):
    archive = export(filled)
    data = archive.read_bytes()
    archive.write_bytes(DAMAGES[damage](data))
    finished = import_into(filled, archive).failed(9)
    assert str(archive) in finished.stderr
    there = contents(cache(filled, "other"))
    assert there.items() <= contents(cache(filled)).items()
    assert sha256(b"vectors, worst\n")[2:] not in there
    assert list((filled.folder / "other/v1/temporary").iterdir()) == []


def test_an_export_that_fails_leaves_what_was_there(filled, mounted_tmpfs):
    folder = mounted_tmpfs("size=16k")
    (folder / "cache.tar").write_bytes(b"of the last run")
    filled.tool.run("cache", "export", folder / "cache.tar").failed(9)
    assert [path.name for path in folder.iterdir()] == ["cache.tar"]
    assert (folder / "cache.tar").read_bytes() == b"of the last run"


def test_an_archive_that_may_not_be_there_yet(filled):
    absent = filled.folder / "absent.tar"
    finished = import_into(filled, absent).failed(9)
    assert finished.stderr == (
        f"error: the archive `{absent}` does not exist\n"
        "  hint: pass --if-exists where there may be none, as in the first job of a pipeline\n"
    )
    options = ["--cache-dir", filled.folder / "other"]
    finished = filled.tool.run("cache", "import", "--if-exists", absent, *options).succeeded()
    assert finished.stdout == f"no archive `{absent}`: nothing was imported\n"
    filled.tool.run("cache", "import", "--if-exists", export(filled), *options).succeeded()
    assert contents(cache(filled, "other")) == contents(cache(filled))


def test_what_the_archive_lacks_is_told(filled):
    assert len(cache(filled)) > 1
    filled.tool.run("cache", "clean").succeeded()
    for path in list((filled.folder / "assets").iterdir()):
        shutil.rmtree(path)
    filled.tool.run("fetch", "nlp/vectors:1.0").succeeded()
    finished = filled.tool.run(
        "cache", "export", filled.folder / "cache.tar", "--spec", filled.folder / "assets.yaml"
    ).succeeded()
    assert (
        "6 files of the lockfile are not in the cache and are missing from the archive: to add them, run "
        "`modelkit-assets resolve` with an empty assets directory" in finished.stderr
    )


def test_no_cache_is_an_error(shelf):
    shelf.tool.run("cache", "export", shelf.folder / "cache.tar").failed(9)
    absent = shelf.folder / "absent"
    refused = shelf.tool.run("cache", "export", shelf.folder / "cache.tar", "--cache-dir", absent).failed(9)
    assert refused.stderr.endswith(f"hint: run `modelkit-assets resolve --cache-dir {absent}` first\n")
    shelf.tool.run("cache", "import", shelf.folder / "absent.tar", "--cache-dir", shelf.folder / "cache").failed(9)
