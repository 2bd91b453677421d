"""What stands at an asset's place without a marker: what a killed fetch left goes, and what is somebody's own is kept."""

import os
import shutil

import pytest

from harness import crash_explorer, python_modelkit
from harness.trees import STAGING, digests, snapshot, visible

FILE, FOLDER = "nlp/vectors:1.4", "nlp/lexicon:2.0"
REPLACED = f"{STAGING}/replaced"
WORDS, FRENCH, ABOUT = b"one\ntwo\n", b"un\ndeux\n", b"words\n"
VECTORS = b"vectors, better\n" * 1000


def put(assets, files):
    for path, content in files.items():
        (assets / path).parent.mkdir(parents=True, exist_ok=True)
        (assets / path).write_bytes(content)


def of_file(content):
    return FILE, {"nlp/vectors/1.4": content}


def of_folder(**files):
    return FOLDER, {f"nlp/lexicon/2.0/{path.replace('_', '/')}": content for path, content in files.items()}


# Python modelkit writes each file in place, from its beginning; boto3 writes the parts of a large one as they come.
RESIDUE = {
    "nothing yet": of_file(b""),
    "the beginning": of_file(VECTORS[:777]),
    "all of it": of_file(VECTORS),
    "a later part before an earlier one": of_file(bytes(1000) + VECTORS[1000:3000]),
    "one file and the beginning of the next": of_folder(en_words=b"", about=ABOUT[:2]),
    "all files": of_folder(about=ABOUT),
    "an empty folder": (FOLDER, {"nlp/lexicon/2.0/en/words.txt": WORDS, "nlp/lexicon/2.0/fr/words.txt": b""}),
}


@pytest.mark.parametrize("case", RESIDUE)
def test_what_a_killed_fetch_left_goes_without_a_word(shelf, case):
    pin, files = RESIDUE[case]
    put(shelf.assets, files)
    finished = shelf.resolve(pin).succeeded()
    assert finished.report["warnings"] == []
    assert digests(shelf.assets) == shelf.store.digests(pin)


OWN = {
    "another file": of_file(b"mine\n"),
    "a file that is longer": of_file(VECTORS + b"mine\n"),
    "a file that is altered at its end": of_file(VECTORS[:-1] + b"!"),
    "a file more": (FOLDER, {"nlp/lexicon/2.0/en/words.txt": WORDS, "nlp/lexicon/2.0/stale": b"mine\n"}),
    "a file where a folder belongs": (FOLDER, {"nlp/lexicon/2.0": b"mine\n"}),
    "a folder where a file belongs": (FILE, {"nlp/vectors/1.4/mine": b"mine\n"}),
    "a folder in the place of a marker": (FILE, {"nlp/vectors/.1.4.SUCCESS/mine": b"mine\n"}),
}


@pytest.mark.parametrize("case", OWN)
def test_what_is_somebody_s_own_is_moved_aside_and_told(shelf, case):
    pin, files = OWN[case]
    put(shelf.assets, files)
    before = snapshot(shelf.assets)
    place = next(path for path in files).removeprefix(f"{pin.split(':')[0]}/").split("/")[0]

    finished = shelf.resolve(pin).succeeded()

    kept = shelf.assets / REPLACED / pin.split(":")[0] / f"@{place}"
    [warning] = finished.report["warnings"]
    assert f"`{kept}`" in warning
    assert f"`{pin}`" in warning
    assert warning in finished.stderr
    assert visible(digests(shelf.assets)) == visible(shelf.store.digests(pin))
    name = pin.split(":")[0]
    moved = {f"{name}/{place}{path[len(f'@{place}') :]}": entry for path, entry in snapshot(kept.parent).items()}
    assert moved == {path: entry for path, entry in before.items() if path.startswith(f"{name}/{place}")}

    # A run that has nothing to do leaves it alone, and prune tells of it.
    assert shelf.resolve(pin).succeeded().report["warnings"] == []
    assert str(shelf.assets / REPLACED) in shelf.tool.run("prune", shelf.folder / "assets.yaml").succeeded().stderr
    assert kept.exists()
    shutil.rmtree(shelf.assets / REPLACED)
    assert digests(shelf.assets) == shelf.store.digests(pin)


# What is kept is a folder, a file, and a folder where a file belongs; what is replaced is of another kind each.
FILE_BELOW = "nlp/tokenizer/1.3/x/y"
KILLED = {
    "kept": ([], {"nlp/lexicon/2.0/mine": b"mine\n", "nlp/vectors/1.4": b"my own\n", FILE_BELOW: b"and mine\n"}),
    "residue": ([], {"nlp/lexicon/2.0/en/words.txt": b"on", "nlp/vectors/1.4": VECTORS[:50], FILE_BELOW: b""}),
    "forced": (["--force-download"], {"nlp/lexicon/2.0": b"mine\n", FILE_BELOW: b"mine\n"}),
}


@pytest.mark.parametrize("case", KILLED)
def test_the_next_run_goes_on_from_any_kill(shelf, case):
    options, files = KILLED[case]
    pins = [FILE, FOLDER, "nlp/tokenizer:1.3"]
    arguments = ["resolve", shelf.spec(*pins), "--no-lock", *options]

    def prepare():
        shutil.rmtree(shelf.assets)
        put(shelf.assets, files)

    count = 0
    for kill in crash_explorer.kills(shelf.tool, arguments, prepare, shelf.folder, 12):
        # The one that replaces is not run again: what it began is gone on with by one that does not.
        shelf.tool.run(*[argument for argument in arguments if argument not in options]).succeeded()
        assert visible(digests(shelf.assets)) == visible(shelf.store.digests(*pins)), kill
        kept = sorted(path.read_bytes() for path in (shelf.assets / STAGING).rglob("*") if path.is_file())
        if case == "kept":
            assert kept == sorted(files.values()), kill
        if case == "residue":
            assert not (shelf.assets / STAGING).exists(), kill
        if case == "forced":
            assert set(kept) <= set(files.values()), kill
        count += 1
    print(f"{case}: {count} kills, one in twelve")
    assert count > 3


def test_force_download_replaces_it(shelf):
    for case, (pin, files) in OWN.items():
        if case == "a folder in the place of a marker":
            continue
        put(shelf.assets, files)
        shelf.resolve(pin, options=["--force-download"]).succeeded()
        assert not (shelf.assets / STAGING).exists()
        shutil.rmtree(shelf.assets)
        shelf.assets.mkdir()


def test_what_is_made_anew_with_every_run_is_kept_once(shelf):
    pin, files = OWN["a file more"]
    for _ in range(3):
        shutil.rmtree(shelf.assets / "nlp", ignore_errors=True)
        put(shelf.assets, files)
        shelf.resolve(pin).succeeded()
    assert os.listdir(shelf.assets / REPLACED / "nlp/lexicon") == ["@2.0"]


def test_ten_are_kept_and_the_next_is_refused(shelf):
    for number in range(10):
        (shelf.assets / "nlp/vectors/.1.4.SUCCESS").unlink(missing_ok=True)
        put(shelf.assets, {"nlp/vectors/1.4": b"%d mine" % number})
        shelf.resolve(FILE).succeeded()
    assert len(os.listdir(shelf.assets / REPLACED / "nlp/vectors")) == 10
    (shelf.assets / "nlp/vectors/.1.4.SUCCESS").unlink()
    put(shelf.assets, {"nlp/vectors/1.4": b"mine too"})
    finished = shelf.resolve(FILE).failed(9)
    assert str(shelf.assets / REPLACED / "nlp/vectors") in str(finished)
    assert (shelf.assets / "nlp/vectors/1.4").read_bytes() == b"mine too"
    shutil.rmtree(shelf.assets / REPLACED)
    shelf.resolve(FILE).succeeded()


def test_own_files_of_an_asset_in_part_are_not_taken_for_it(shelf):
    put(shelf.assets, {"nlp/lexicon/2.0/fr/words.txt": b"mine\n"})
    entry = {"name": "nlp/lexicon", "version": "2.0", "include": ["fr/**"]}
    [_] = shelf.resolve(entry).succeeded().report["warnings"]
    assert (shelf.assets / "nlp/lexicon/2.0/fr/words.txt").read_bytes() == FRENCH
    assert (shelf.assets / REPLACED / "nlp/lexicon/@2.0/fr/words.txt").read_bytes() == b"mine\n"


# One asset's folder inside another's.
OUTER, INNER = "tree/a:1.0", "tree/a/1.0:2.0"


@pytest.fixture
def nested(workspace):
    workspace.store.push(OUTER, {"x": b"outer\n"})
    workspace.store.push(INNER, {"y": b"inner\n"})
    return workspace


@pytest.mark.parametrize("options", [[], ["--force-download"]])
def test_an_asset_inside_another_s_folder_is_not_removed_for_it(nested, options):
    nested.resolve(INNER).succeeded()
    before = visible(digests(nested.assets))
    finished = nested.resolve(OUTER, options=options).failed(9)
    assert f"`{INNER}` is inside it" in str(finished)
    assert visible(digests(nested.assets)) == before


@pytest.mark.parametrize("options", [[], ["--force-download"]])
def test_an_asset_is_not_put_into_another_s_folder(nested, options):
    nested.resolve(OUTER).succeeded()
    before = visible(digests(nested.assets))
    finished = nested.resolve(INNER, options=options).failed(9)
    assert f"the directory of `{OUTER}`" in str(finished)
    assert visible(digests(nested.assets)) == before


def test_an_asset_that_holds_another_is_not_pruned(nested, tmp_path):
    # As Python modelkit leaves it, which does not look.
    for pin in (OUTER, INNER):
        python_modelkit.fetch(pin, nested.assets, nested.store)
    nested.store.push("other/b:1.0", b"other\n")
    nested.resolve("other/b:1.0").succeeded()
    finished = nested.tool.run("prune", nested.folder / "assets.yaml").succeeded()
    assert finished.stdout == ""
    assert f"`{INNER}` is inside its directory" in finished.stderr
    assert (nested.assets / "tree/a/1.0/2.0/y").read_bytes() == b"inner\n"


def test_an_asset_whose_own_files_look_like_one_is_replaced(workspace):
    workspace.store.push(OUTER, {"x": b"outer\n", "2.0/y": b"part\n"})
    marked = workspace.store.data_object(OUTER, "2.0/.SUCCESS")
    marked.write_bytes(b"")
    workspace.store.rewrite_meta(OUTER, contents=["x", "2.0/y", "2.0/.SUCCESS"])
    for options in ([], ["--force-download"]):
        workspace.resolve(OUTER, options=options).succeeded()
    assert digests(workspace.assets) == workspace.store.digests(OUTER)
