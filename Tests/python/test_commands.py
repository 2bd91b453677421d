"""Each command by itself, and what `--help` says of it."""

import re
import subprocess

import pytest
import yaml

from harness.trees import digests

COMMANDS = [
    *("resolve", "plan", "apply", "lock", "check", "fetch", "new", "update", "annotate", "list", "show", "tree"),
    *("why", "outdated", "cache-key", "verify", "prune", "cache", "init", "schema"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_shows_an_example(shelf, command):
    text = shelf.tool.run(command, "--help").succeeded().stdout
    usage = [line for line in text.splitlines() if line.startswith("Usage:")]
    examples = [line for line in text.splitlines() if f"modelkit-assets {command}" in line and line not in usage]
    assert usage, text
    assert examples, text


def test_the_help_lists_the_commands_and_the_exit_statuses(shelf):
    text = shelf.tool.run("--help").succeeded().stdout
    assert [command for command in COMMANDS if not re.search(rf"^\s+{command}\b", text, re.M)] == []
    statuses = (0, 1, 3, 4, 5, 6, 7, 8, 9, 64, 130, 143)
    assert [status for status in statuses if not re.search(rf"\b{status}\b", text)] == []


def test_the_version_is_printed_at_once(shelf):
    finished = shelf.tool.run("--version").succeeded()
    assert re.fullmatch(r"(modelkit-assets )?\d+\.\d+\.\d+\S*\n", finished.stdout)
    assert finished.seconds < 3


WITHOUT_PROC = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]


@pytest.mark.parametrize("call", ["clone3", "faccessat2"])
def test_calls_that_an_old_container_engine_refuses_are_done_without(shelf, call):
    """The seccomp profiles of Docker before 20.10.10 answer EPERM to what they do not know."""
    refusing = ["strace", "-f", "-qq", "-o", shelf.folder / "calls", "-e", f"trace={call}", "-e", f"inject={call}:error=EPERM"]
    finished = shelf.tool.run("fetch", "nlp/vectors:1.4", before=refusing).succeeded()
    assert finished.stdout == f"{shelf.assets}/nlp/vectors/1.4\n"


def test_a_folder_that_cannot_be_listed_to_its_end_is_an_error(shelf):
    """It was taken for one that ends there: the assets of a store on a disk that fails were none."""
    failing = ["strace", "-f", "-qq", "-o", shelf.folder / "calls", "-e", "trace=getdents64", "-e", "inject=getdents64:error=EIO"]
    refused = shelf.tool.run("list", before=failing).failed(8)
    assert refused.stdout == ""
    assert "input/output error" in refused.stderr.lower(), refused.stderr


@pytest.mark.parametrize("arguments", [["fetch", "nlp/vectors:1.4"], ["--version"], ["bogus"]])
def test_an_unmounted_proc_is_an_error_and_never_a_signal(shelf, arguments):
    # Without the check it depends on the load how a run ends: half a hundred are enough to see.
    for _ in range(50):
        refused = shelf.tool.run(*arguments, before=WITHOUT_PROC).failed(1)
        assert refused.stdout == ""
        assert refused.stderr.startswith("error: /proc is not mounted\n  hint: "), refused.stderr


@pytest.mark.parametrize(
    ("specification", "path"),
    [
        ("nlp/vectors", "nlp/vectors/1.4"),
        ("nlp/tokenizer:1", "nlp/tokenizer/1.10"),
        ("nlp/lexicon:2[en/words.txt]", "nlp/lexicon/2.0/en/words.txt"),
    ],
)
def test_fetch_prints_the_path_alone(shelf, specification, path):
    assert shelf.tool.run("fetch", specification).succeeded().stdout == f"{shelf.assets}/{path}\n"
    assert (shelf.assets / path).is_file()


def test_list_names_what_the_store_holds(shelf):
    text = shelf.tool.run("list").succeeded().stdout
    assert [name for name in ("classifier", "lexicon", "tokenizer", "vectors") if f"nlp/{name}" not in text] == []
    assert text.index("nlp/classifier") < text.index("nlp/lexicon") < text.index("nlp/tokenizer")
    narrowed = shelf.tool.run("list", "nlp/vec*").succeeded().stdout
    assert "nlp/vectors" in narrowed
    assert "nlp/lexicon" not in narrowed


def test_show_describes_a_version(shelf):
    shelf.store.rewrite_meta("nlp/classifier:3.1", dependencies=["nlp/tokenizer:1", "nlp/vectors:1.4"])
    text = shelf.tool.run("show", "nlp/classifier:3").succeeded().stdout
    words = ["3.1", "2024-03-01", "weights/a.bin", "labels.json", "nlp/tokenizer:1", "nlp/vectors:1.4"]
    assert [word for word in words if word not in text] == []


def test_check_passes_where_all_is_well_and_says_where_each_setting_is_from(shelf):
    finished = shelf.tool.run("check", shelf.spec("nlp/vectors")).succeeded()
    for word in ("MODELKIT_STORAGE_BUCKET", "MODELKIT_ASSETS_DIR", str(shelf.store.bucket), str(shelf.assets)):
        assert word in finished.stdout, str(finished)
    assert digests(shelf.assets) == {}


def test_check_fails_where_the_bucket_is_not_there(shelf):
    finished = shelf.tool.run("check", shelf.spec("nlp/vectors"), "--bucket", shelf.folder / "absent").failed(8)
    assert str(shelf.folder / "absent") in finished.stdout + finished.stderr


def test_init_writes_a_spec_that_fits_the_schema_and_never_writes_over_one(shelf, validate):
    path = shelf.folder / "new.yaml"
    shelf.tool.run("init", path).succeeded()
    text = path.read_text()
    validate("spec", yaml.safe_load(text))
    assert shelf.tool.run("plan", path, "--format", "json").status in (0, 5)
    again = shelf.tool.run("init", path)
    assert again.status != 0, again
    assert str(path) in again.stderr
    assert path.read_text() == text


def test_the_spec_is_assets_yaml_of_the_current_folder_where_none_is_named(shelf):
    shelf.spec("nlp/vectors")
    shelf.tool.run("resolve", cwd=shelf.folder).succeeded()
    assert digests(shelf.assets) == shelf.store.digests("nlp/vectors:1.4")


def test_a_result_that_nobody_reads_is_not_a_success(shelf):
    with open("/dev/full", "wb") as full:
        spec = shelf.spec("nlp/vectors")
        running = shelf.tool.start("plan", spec, "--format", "json", stdout=full)
        assert running.wait().status != 0


def test_the_binary_runs_where_nothing_is_set(shelf):
    done = subprocess.run([shelf.tool.binary, "--help"], env={}, capture_output=True, timeout=20, check=False)
    assert done.returncode == 0
    assert b"Usage:" in done.stdout


def test_the_store_of_a_spec_is_beside_it_whatever_it_is_called(shelf):
    """A slash before a combining mark is a slash."""
    spec = shelf.spec("nlp/vectors:1.4", name="\u0301assets.yaml", storage={"bucket": "bucket"})
    shelf.tool.run("resolve", spec, environment={"MODELKIT_STORAGE_BUCKET": None}).succeeded()
