"""Names that the spec does not have are errors with the nearest name, wherever one is typed; and which spec file was read."""

import pytest


@pytest.fixture
def project(shelf):
    shelf.store.rewrite_meta("nlp/lexicon:2.0", dependencies=["nlp/vectors:1"])
    shelf.spec("nlp/tokenizer:1", "nlp/lexicon")
    run(shelf, "lock").succeeded()
    return shelf


def run(shelf, *arguments, **options):
    return shelf.tool.run(*arguments, cwd=shelf.folder, **options)


NEITHER = "neither `assets.yaml` nor its lockfile has `nlp/tokeniser`"
UNKNOWN = {
    ("lock", "--upgrade-asset", "nlp/tokeniser"): NEITHER,
    ("resolve", "--upgrade-asset", "nlp/tokeniser"): NEITHER,
    ("plan", "--upgrade-asset", "nlp/tokenizer", "--upgrade-asset", "nlp/tokeniser"): NEITHER,
    ("tree", "--upgrade-asset", "nlp/tokeniser"): NEITHER,
    ("upgrade", "nlp/tokeniser"): NEITHER,
    ("remove", "nlp/tokeniser"): "`assets.yaml` has no entry for `nlp/tokeniser`",
    ("why", "nlp/tokeniser"): "nothing requires `nlp/tokeniser`",
}  # fmt: skip


@pytest.mark.parametrize("arguments", UNKNOWN, ids=" ".join)
def test_an_unknown_name_is_an_error_with_the_nearest(project, arguments):
    before = (project.folder / "assets.lock").read_bytes()
    refused = run(project, *arguments).failed(5)
    assert refused.stderr == f"error: {UNKNOWN[arguments]}\n  hint: did you mean `nlp/tokenizer`?\n"
    assert (project.folder / "assets.lock").read_bytes() == before


def test_what_only_the_lockfile_has_can_be_upgraded(project):
    project.store.push("nlp/vectors:1.7", b"vectors, best\n")
    assert "updated nlp/vectors 1.4 → 1.7" in run(project, "lock", "--upgrade-asset", "nlp/vectors").succeeded().stderr


# The store of a spec file


WITHOUT_STORE = {"MODELKIT_STORAGE_PROVIDER": None, "MODELKIT_STORAGE_BUCKET": None}
STORAGE = {"provider": "local", "bucket": "bucket"}


@pytest.mark.parametrize("command", ["fetch", "show", "list"])
def test_a_command_without_a_spec_uses_the_store_of_assets_yaml(shelf, command):
    shelf.spec("nlp/lexicon", storage=STORAGE)
    assert run(shelf, command, "nlp/vectors", environment=WITHOUT_STORE).succeeded().stdout.startswith(
        f"{shelf.assets}/nlp/vectors/1.4" if command == "fetch" else "nlp/vectors")


def test_fetch_needs_no_spec_file(shelf):
    assert run(shelf, "fetch", "nlp/vectors").succeeded().stdout == f"{shelf.assets}/nlp/vectors/1.4\n"


@pytest.mark.parametrize("arguments", [["resolve"], ["lock", "deploy/assets.yaml"], ["verify"], ["add", "nlp/vectors"]], ids=" ".join)
def test_a_spec_that_is_not_there_is_named(shelf, arguments):
    (shelf.folder / "deploy").mkdir()
    refused = run(shelf, *arguments).failed(3)
    path = arguments[1] if arguments[0] == "lock" else "assets.yaml"
    hints = {
        "assets.yaml": "pass the path of a spec file, or create one with `modelkit-assets init`",
        "deploy/assets.yaml": "check the path, or create the file with `modelkit-assets init deploy/assets.yaml`",
    }
    assert refused.stderr == (
        f"error: cannot read the spec file `{path}`: No such file or directory\n  hint: {hints[path]}\n"
    )


@pytest.mark.parametrize("command", [["resolve", "--upgrade"], ["tree"], ["verify"], ["plan"], ["outdated"]], ids=" ".join)
@pytest.mark.parametrize("name", ["nlp/tokenizer", "nlp/tokenizer:1.4"])
def test_an_asset_in_the_place_of_the_spec_gets_what_takes_assets(shelf, command, name):
    refused = run(shelf, *command, name).failed(3)
    assert refused.stderr.removesuffix("\nfailed\n").removesuffix("\n").endswith(
        "  hint: the argument is the path of a spec file; for an asset, run "
        f"`modelkit-assets fetch {name}` or `modelkit-assets why {name}`, or pass `--upgrade-asset nlp/tokenizer` to "
        "resolve or lock"
    )


def test_why_names_the_group_that_alone_requires_an_asset(shelf):
    shelf.store.rewrite_meta("nlp/lexicon:2.0", dependencies=["nlp/vectors:1"])
    shelf.spec("nlp/tokenizer:1", {"name": "nlp/lexicon", "groups": ["train"]})
    for name in ("nlp/lexicon", "nlp/vectors"):
        refused = run(shelf, "why", name).failed(5)
        assert refused.stderr.endswith(f"error: only group `train` requires `{name}`\n  hint: pass `--group train`\n")
        run(shelf, "why", name, "--group", "train").succeeded()


def test_the_nearest_asset_of_the_store_is_suggested(shelf):
    (shelf.folder / "words").write_bytes(b"words\n")
    refused = run(shelf, "update", "words", "nlp/vector", "--yes").failed(5)
    assert "hint: did you mean `nlp/vectors`? Otherwise push a first version with `modelkit-assets new`" in refused.stderr
    assert run(shelf, "list", "nlp/vector").succeeded().stderr.endswith(": did you mean `nlp/vectors`?\n")
    assert "did you mean" not in run(shelf, "list", "nlp/vec?or").succeeded().stderr


def test_where_neither_store_nor_directory_is_set_none_was_searched(shelf):
    spec = shelf.spec()
    unset = {"MODELKIT_ASSETS_DIR": None, "MODELKIT_STORAGE_PROVIDER": None}
    refused = shelf.tool.run("add", "nlp/vectors", cwd=shelf.folder, environment=unset).failed(5)
    assert "no storage provider is set" in refused.stderr and "write `storage:` in the spec" in refused.stderr
    assert "searched" not in refused.stderr
    assert "searched" in shelf.tool.run("add", "nlp/vektors:1", "--file", spec).failed(5).stderr


@pytest.mark.parametrize(
    ("arguments", "file"),
    [(["resolve"], "assets.yaml"), (["lock", "other.yaml"], "other.yaml"), (["fetch", "nlp/vectors"], "assets.yaml"), (["list"], "none")],
)  # fmt: skip
def test_verbose_tells_which_spec_file_was_read(shelf, arguments, file):
    if file != "none":
        shelf.spec("nlp/vectors", name=file)
    assert f"spec file: {file}\n" in run(shelf, *arguments, "--verbose").succeeded().stderr
