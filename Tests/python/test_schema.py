"""The JSON Schema of assets.yaml beside the program: both read the same corpus.

A refused file has to be refused by the schema as well, unless `beyond-schema.txt` names it: such a file breaks a rule
that a schema cannot state. A named file has to pass the schema, or not be YAML at all, so that the list stays true.
"""

import json
import pathlib

import jsonschema
import pytest
import yaml

REPOSITORY = pathlib.Path(__file__).parents[2]
SPECS = REPOSITORY / "Tests" / "Specs"
SCHEMA = json.loads((REPOSITORY / "schema" / "assets.schema.json").read_text())
BEYOND_SCHEMA = {
    line.split("#")[0].strip() for line in (SPECS / "beyond-schema.txt").read_text().splitlines()
} - {""}


class Loader(yaml.SafeLoader):
    """As editors read YAML: numbers, booleans and nulls, but dates as texts, for JSON has none."""


Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Unreadable(Exception):
    """The file is not YAML, or not what JSON can hold in a sane size."""


def check_json(value, maximum=100_000):
    """Walks what JSON would have to write. An alias may make that endless."""
    waiting, count = [value], 0
    while waiting:
        value, count = waiting.pop(), count + 1
        if count > maximum:
            raise Unreadable("the aliases stand for too much")
        if isinstance(value, dict):
            if not all(isinstance(key, str) for key in value):
                raise Unreadable("a key is not a text")
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def load(path):
    try:
        value = yaml.load(path.read_bytes(), Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Unreadable(str(error)) from error
    check_json(value)
    return value


def errors(value):
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(value)]


def files(folder):
    return sorted((SPECS / folder).glob("*.yaml"), key=lambda path: path.stem)


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_object_says_what_it_is_for():
    properties = SCHEMA["properties"] | SCHEMA["properties"]["storage"]["properties"]
    properties |= SCHEMA["$defs"]["asset"]["properties"]
    silent = [key for key, value in properties.items() if "description" not in resolved(value)]
    assert silent == []


def resolved(value):
    return SCHEMA["$defs"][value["$ref"].rpartition("/")[2]] | value if "$ref" in value else value


@pytest.mark.parametrize("path", files("accepted"), ids=lambda path: path.stem)
def test_an_accepted_file_passes(path):
    assert errors(load(path)) == []


@pytest.mark.parametrize("path", files("refused"), ids=lambda path: path.stem)
def test_a_refused_file_fails_or_is_beyond_a_schema(path):
    try:
        value = load(path)
    except Unreadable:
        assert path.stem in BEYOND_SCHEMA, "it is not YAML: name it in beyond-schema.txt"
        return
    passes = errors(value) == []
    assert passes == (path.stem in BEYOND_SCHEMA), "the schema and beyond-schema.txt differ"


def test_the_list_names_files_that_exist():
    assert BEYOND_SCHEMA - {path.stem for path in files("refused")} == set()
