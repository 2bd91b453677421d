"""What is wrong with a spec is said with its place, all at once, in text and in JSON."""

from harness.trees import digests
from harness.workspace import error_text

SPEC = """\
version: 1
storage:
  providr: local
assets:
  - nlp/vectors:1.4
  - name: nlp/lexicon
    vesrion: "2"
  - "nlp/vectors:one.two"
"""
FAULTS = {"providr": (3, 3, "provider"), "vesrion": (7, 5, "version"), "one.two": (8, None, None)}


def test_every_fault_of_a_spec_is_reported_at_its_place_with_the_nearest_word(shelf):
    path = shelf.folder / "wrong.yaml"
    path.write_text(SPEC)
    errors = shelf.tool.run("resolve", path, "--format", "json").failed(3).report["errors"]
    found = {word: next(error for error in errors if f"`{word}`" in words(error)) for word in FAULTS}
    for word, (line, column, nearest) in FAULTS.items():
        assert (found[word]["file"], found[word]["line"]) == (str(path), line)
        assert column is None or found[word]["column"] == column
        assert nearest is None or nearest in words(found[word])
    assert len(errors) == len(FAULTS)
    assert digests(shelf.assets) == {}


def test_in_text_each_fault_has_its_line_with_a_caret_under_it(shelf):
    path = shelf.folder / "wrong.yaml"
    path.write_text(SPEC)
    lines = shelf.tool.run("resolve", path).failed(3).stderr.splitlines()
    for text, place in (("  providr: local", ":3:3"), ('    vesrion: "2"', ":7:5")):
        assert any(f"{path}{place}" in line for line in lines), lines
        shown = next(number for number, line in enumerate(lines) if line.endswith(text))
        assert lines[shown + 1].index("^") == lines[shown].index(text.strip())


def test_two_unmet_entries_are_both_reported(shelf):
    text = error_text(shelf.resolve("nlp/absent", "nlp/vectors:7", "nlp/lexicon:2.0").failed(5).report)
    assert "nlp/absent" in text
    assert "nlp/vectors:7" in text


def words(error):
    return f"{error['message']} {error['hint'] or ''}"
