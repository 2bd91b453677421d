"""The plan: text, JSON, dot and Mermaid, from `plan` and from `resolve --dry-run`."""

import pytest

from harness.graphs import parse_dot, parse_mermaid
from harness.trees import digests, snapshot
from harness.workspace import error_text

CLASSIFIER = {"name": "nlp/classifier", "version": "3", "depends_on": ["nlp/tokenizer:1", "nlp/vectors:1.4"]}
ENTRIES = [
    CLASSIFIER,
    {"name": "nlp/lexicon", "version": "2", "depends_on": ["nlp/vectors:1.0"]},
    "nlp/tokenizer:1",
]
STEPS = {
    "nlp/classifier:3.1": {"nlp/tokenizer:1.10", "nlp/vectors:1.4"},
    "nlp/lexicon:2.0": {"nlp/vectors:1.0"},
    "nlp/tokenizer:1.10": set(),
    "nlp/vectors:1.0": set(),
    "nlp/vectors:1.4": set(),
}
EDGES = {frozenset((asset, dependency)) for asset, waits_for in STEPS.items() for dependency in waits_for}
WAYS = [pytest.param(("plan",), id="plan"), pytest.param(("resolve", "--dry-run"), id="resolve --dry-run")]


@pytest.fixture(params=WAYS)
def planned(request, shelf):
    """Runs a plan of the entries in a format; nothing may be written, and one asset is there already."""
    shelf.resolve("nlp/vectors:1.4").succeeded()

    def run(form, *options):
        command, *flags = request.param
        before = snapshot(shelf.assets)
        finished = shelf.tool.run(command, shelf.spec(*ENTRIES), *flags, "--format", form, *options).succeeded()
        assert snapshot(shelf.assets) == before
        return finished

    run.workspace = shelf
    return run


def test_json_has_every_step_in_dependency_order(planned):
    plan = planned("json").document
    workspace = planned.workspace
    assert (plan["format"], plan["version"]) == ("modelkit-assets/plan", 1)
    assert plan["assets_dir"] == str(workspace.assets)
    assert {step["asset"]: set(step["waits_for"]) for step in plan["steps"]} == STEPS
    order = [step["asset"] for step in plan["steps"]]
    assert all(order.index(other) < order.index(asset) for asset, others in STEPS.items() for other in others)
    assert {step["asset"]: step["action"] for step in plan["steps"]} == {
        asset: "keep" if asset == "nlp/vectors:1.4" else "fetch" for asset in STEPS
    }


def test_json_has_the_objects_with_their_sizes(planned):
    steps = {step["asset"]: step for step in planned("json").document["steps"]}
    assert sorted((item["path"], item["size"]) for item in steps["nlp/lexicon:2.0"]["objects"]) == [
        ("about", 6), ("en/words.txt", 8), ("fr/words.txt", 8),
    ]  # fmt: skip
    (file,) = steps["nlp/vectors:1.0"]["objects"]
    assert (file["path"], file["size"]) == (None, 15)
    assert file["key"].endswith("nlp/vectors/1.0")
    assert steps["nlp/lexicon:2.0"]["path"] == str(planned.workspace.assets / "nlp/lexicon/2.0")


def test_json_has_the_totals(planned):
    totals = planned("json").document["totals"]
    fetched = [asset for asset in STEPS if asset != "nlp/vectors:1.4"]
    store = planned.workspace.store
    size = sum(file.stat().st_size for asset in fetched for _, file in store.objects(asset))
    assert {key: totals[key] for key in ("assets", "keep", "fetch", "refetch", "objects", "bytes")} == {
        "assets": 5, "keep": 1, "fetch": 4, "refetch": 0, "objects": store.object_count(*fetched), "bytes": size,
    }  # fmt: skip
    assert totals["free_bytes"] > size


def test_dot_is_the_same_graph(planned):
    assert parse_dot(planned("dot").stdout).named(STEPS) == EDGES


def test_mermaid_is_the_same_graph(planned):
    assert parse_mermaid(planned("mermaid").stdout).named(STEPS) == EDGES


def test_text_has_a_line_for_every_step_with_its_action(planned):
    lines = planned("text").stdout.splitlines()
    for asset in STEPS:
        action = "keep" if asset == "nlp/vectors:1.4" else "fetch"
        assert any(line.split()[:3] == [*asset.split(":"), action] for line in lines), (asset, lines)


@pytest.mark.parametrize("form", ["text", "json", "dot", "mermaid"])
def test_the_same_spec_gives_the_same_bytes(planned, form):
    first, second = (planned(form).stdout for _ in range(2))
    assert without_free_bytes(first) == without_free_bytes(second)


def without_free_bytes(text):
    return [line for line in text.splitlines() if "free" not in line]


def test_both_ways_to_a_plan_give_the_same_one(shelf):
    spec = shelf.spec(*ENTRIES)
    plan = shelf.tool.run("plan", spec, "--format", "json").succeeded().document
    dry_run = shelf.tool.run("resolve", spec, "--dry-run", "--format", "json").succeeded().document
    for document in (plan, dry_run):
        document["totals"].pop("free_bytes")
    assert plan == dry_run


def test_a_refetch_says_why(shelf):
    shelf.resolve("nlp/lexicon:2.0").succeeded()
    (shelf.assets / "nlp/lexicon/2.0/.SUCCESS").unlink()
    (step,) = shelf.plan("nlp/lexicon:2.0").succeeded().document["steps"]
    assert step["action"] == "refetch"
    assert ".SUCCESS" in step["reason"] or "marker" in step["reason"]


@pytest.mark.parametrize("way", WAYS)
def test_a_plan_for_an_assets_directory_that_is_read_only_warns(shelf, mounted_tmpfs, remount, way):
    folder = mounted_tmpfs("size=4m")
    remount(folder, "ro")
    shelf.point_at(folder)
    finished = shelf.tool.run(*way, shelf.spec("nlp/lexicon:2.0"), "--format", "json").succeeded()
    assert [step["action"] for step in finished.document["steps"]] == ["fetch"]
    assert "warning" in finished.stderr
    assert str(folder) in finished.stderr
    assert snapshot(folder) == {}


@pytest.mark.parametrize("way", WAYS)
def test_an_assets_directory_that_is_to_be_made_is_planned_and_not_made(shelf, way):
    shelf.point_at(shelf.folder / "new")
    command = [*way, shelf.spec("nlp/lexicon:2.0"), "--format", "json"]
    shelf.tool.run(*command).failed(9)
    plan = shelf.tool.run(*command, "--create-assets-dir").succeeded().document
    assert [step["action"] for step in plan["steps"]] == ["fetch"]
    assert not (shelf.folder / "new").exists()


def test_requirements_on_one_name_share_a_version_where_one_meets_them_all(shelf):
    plan = shelf.plan("nlp/tokenizer", "nlp/tokenizer:1", "nlp/tokenizer:1.3").succeeded().document
    assert [step["asset"] for step in plan["steps"]] == ["nlp/tokenizer:1.3"]
    assert without_modelkits(plan["warnings"]) == []


def test_where_none_meets_them_all_they_stand_side_by_side_with_a_warning(shelf):
    plan = shelf.plan(CLASSIFIER, "nlp/tokenizer:10.3").succeeded().document
    assert {"nlp/tokenizer:1.10", "nlp/tokenizer:10.3"} < {step["asset"] for step in plan["steps"]}
    (warning,) = without_modelkits(plan["warnings"])
    assert [word for word in ("nlp/tokenizer", "1.10", "10.3", "nlp/classifier") if word not in warning] == []


def without_modelkits(warnings):
    """Without those that say where Python modelkit would choose otherwise."""
    return [warning for warning in warnings if "Python modelkit" not in warning]


def test_duplicates_can_be_denied(shelf):
    spec = shelf.spec(CLASSIFIER, "nlp/tokenizer:10.3", duplicates="deny")
    text = error_text(shelf.tool.run("plan", spec, "--format", "json").failed(5).report)
    assert [word for word in ("nlp/tokenizer", "10.3", "nlp/classifier") if word not in text] == []


UNPLANNED = {
    "an unknown asset": ("unknown-asset", ["nlp/absent"], {}),
    "an unknown version": ("no-version", ["nlp/lexicon:7"], {}),
    "duplicates that are denied": ("duplicates", [CLASSIFIER, "nlp/tokenizer:10.3"], {"duplicates": "deny"}),
    "one asset in another's folder": ("overlap", ["nlp/lexicon:1.0", "nlp/lexicon/1.0/more:2.0"], {}),
    "versions that cannot be read": ("malformed-object", ["nlp/broken:1"], {}),
}


@pytest.mark.parametrize("case", UNPLANNED)
def test_nothing_is_fetched_where_it_is_not_known_what_all_would_be(shelf, case):
    code, entries, keys = UNPLANNED[case]
    shelf.store.push("nlp/lexicon/1.0/more:2.0", b"in the way\n").push("nlp/broken:1.0", b"broken\n")
    shelf.store.versions_object("nlp/broken").write_bytes(b"[]")
    spec = shelf.spec("nlp/vectors:1.4", *entries, **keys)
    report = shelf.tool.run("resolve", spec, "--format", "json").failed(5).report
    assert [error["code"] for error in report["errors"]] == [code]
    assert (report["assets"], report["status"]) == ([], "failed")
    assert digests(shelf.assets) == {}


def test_dependencies_that_the_store_declares_are_planned_to_any_depth(shelf):
    shelf.store.rewrite_meta("nlp/classifier:3.1", dependencies=["nlp/tokenizer:1", "nlp/lexicon:2.0[en]"])
    shelf.store.rewrite_meta("nlp/lexicon:2.0", dependencies=["nlp/vectors"])
    steps = shelf.plan("nlp/classifier").succeeded().document["steps"]
    assert {step["asset"]: step["waits_for"] for step in steps} == {
        "nlp/classifier:3.1": ["nlp/lexicon:2.0", "nlp/tokenizer:1.10"],
        "nlp/lexicon:2.0": ["nlp/vectors:1.4"],
        "nlp/tokenizer:1.10": [],
        "nlp/vectors:1.4": [],
    }


def test_a_dependency_that_the_store_declares_and_does_not_have_is_told_with_its_chain(shelf):
    shelf.store.rewrite_meta("nlp/classifier:3.1", dependencies=["nlp/lexicon"])
    shelf.store.rewrite_meta("nlp/lexicon:2.0", dependencies=["nlp/tokeniser:1"])
    text = error_text(shelf.plan("nlp/classifier").failed(5).document)
    chain = "→ nlp/lexicon:2.0 → nlp/tokeniser:1"
    assert chain in text and "did you mean `nlp/tokenizer`?" in text, text


def test_a_dependency_that_is_no_specification_string_is_told(shelf):
    shelf.store.rewrite_meta("nlp/classifier:3.1", dependencies=["../x:1.0"])
    text = error_text(shelf.plan("nlp/classifier").failed(5).document)
    assert "`../x:1.0` in `dependencies`" in text and "3.1.meta" in text, text


@pytest.mark.parametrize(
    "group",
    [[], ["serving"], ["training"], ["serving", "training"]],
    ids=lambda names: " and ".join(names) or "none",
)
def test_groups_pick_entries(shelf, group):
    entries = [
        "nlp/vectors:1.0",
        {"name": "nlp/lexicon", "version": "2.0", "groups": ["serving"]},
        {"name": "nlp/tokenizer", "version": "1.3", "groups": ["training", "offline"]},
    ]
    options = [word for name in group for word in ("--group", name)]
    plan = shelf.plan(*entries, options=options).succeeded().document
    expected = {"serving": "nlp/lexicon:2.0", "training": "nlp/tokenizer:1.3"}
    assert {step["asset"] for step in plan["steps"]} == {"nlp/vectors:1.0", *(expected[name] for name in group)}


@pytest.mark.parametrize(
    ("requirement", "chosen"),
    [
        (None, "10.3"), ("latest", "10.3"), ("1", "1.10"), ("10", "10.3"), ("1.3", "1.3"),
        (">=1.0, <10", "1.10"), ("<1", "0.0"), ("<=1", "1.10"), (">1", "10.3"), ("=1", "1.10"),
        ("!=10", "1.10"), (">=1, <1.10", "1.3"), ("!=10.3, !=1.10", "1.3"),
    ],
)  # fmt: skip
def test_the_highest_version_that_meets_the_requirement_is_chosen(shelf, requirement, chosen):
    entry = {"name": "nlp/tokenizer", **({"version": requirement} if requirement else {})}
    plan = shelf.plan(entry).succeeded().document
    assert [step["version"] for step in plan["steps"]] == [chosen]
