"""What editors have of the spec: the schema that `init` puts beside it, whose errors say what is expected."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
SCHEMAS = sorted((REPOSITORY / "schema").glob("*.schema.json"), key=lambda path: path.stem)
SPEC = json.loads((REPOSITORY / "schema/assets.schema.json").read_text())


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_every_schema_has_an_absolute_id_of_its_own(path):
    name = path.name.removesuffix(".schema.json").replace("assets", "spec")
    assert json.loads(path.read_text())["$id"] == f"urn:modelkit-assets:schema:{name}"


def test_no_branch_of_the_spec_fails_without_a_reason():
    """Of `oneOf` and `anyOf` an editor can only say that nothing fits."""
    waiting = [SPEC]
    while waiting:
        part = waiting.pop()
        waiting += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
        assert not isinstance(part, dict) or not {"oneOf", "anyOf", "not"} & part.keys() - ALLOWED(part), part


def ALLOWED(part):
    # Inside a condition, which is not an error.
    return {"not"} if part.get("minLength") == 1 else set()


# What is wrong to where it is and what an editor says of it.
MISTAKES = {
    "version: 2\nassets: []": ("version", "expected 1"),
    "version: 1\nstorage: {provider: s4}\nassets: []": ("storage/provider", "'s4' is not one of ['s3', 'gcs', 'local', '', None]"),
    "version: 1\nstorage: {provider: gcs, endpoint: 'http://x'}\nassets: []": (
        "storage/endpoint", "endpoint applies to provider s3 only"),
    "version: 1\nversioning: semver\nassets: []": (
        "versioning", "'semver' is not one of ['major_minor', 'simple_date', '', None]"),
    "version: 1\nassets: [nlp/lexicon:1.x]": (
        "assets/0", "expected NAME[:VERSION][[PART]], such as nlp/lexicon:1 or nlp/lexicon:1[en/words.txt]"),
    "version: 1\nassets: [{name: nlp/x, version: '~1'}]": (
        "assets/0/version", "expected a version such as 3.1 or 3, latest, or comparators such as >=3.1, <4"),
    "version: 1\nassets: [{name: nlp/x, sha256: abc}]": ("assets/0/sha256", "expected 64 hexadecimal digits"),
    "version: 1\nassets: [{name: nlp/x, group: a}]": (
        "assets/0", "Additional properties are not allowed ('group' was unexpected)"),
    "version: 1\nassets: [{name: nlp/x, groups: ['a b']}]": ("assets/0/groups/0", "expected letters, digits, - and _"),
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_one_error_at_its_place(text):
    (error,) = jsonschema.Draft202012Validator(SPEC).iter_errors(yaml.safe_load(text))
    # As VS Code and yaml-language-server choose their message.
    own = error.schema.get("patternErrorMessage") if error.validator == "pattern" else error.schema.get("errorMessage")
    assert ("/".join(map(str, error.absolute_path)), own or error.message) == MISTAKES[text]


def test_init_writes_the_schema_and_the_line_that_names_it(shelf):
    (shelf.folder / "deploy").mkdir()
    done = shelf.tool.run("init", "deploy/own.yaml", cwd=shelf.folder).succeeded()
    assert done.stderr.endswith(
        "\nwrote deploy/own.yaml with this store and, for editors, deploy/assets.schema.json: commit both\n"
        "add what you need with `modelkit-assets add NAME --file deploy/own.yaml`\n")  # fmt: skip
    folder = shelf.folder / "deploy"
    first = (folder / "own.yaml").read_text().splitlines()[0]
    schema = folder / first.removeprefix("# yaml-language-server: $schema=")
    assert schema.read_text() == shelf.tool.run("schema", "spec").succeeded().stdout
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(yaml.safe_load((folder / "own.yaml").read_text()))


def test_init_keeps_a_schema_that_is_there(shelf):
    (shelf.folder / "assets.schema.json").write_text("{}\n")
    done = shelf.tool.run("init", cwd=shelf.folder).succeeded()
    assert done.stderr.endswith("\nwrote assets.yaml with this store\nadd what you need with `modelkit-assets add NAME`\n")
    assert (shelf.folder / "assets.schema.json").read_text() == "{}\n"
