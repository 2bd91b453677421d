"""`--metrics-file`: the figures of a run for Prometheus, however it ended."""

import signal
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from harness.fault_world import FINE, SLOW_DOWN, SMALL, SMALL_CONTENT, data
from harness.faults import stall_after
from harness.store import sha256
from harness.trees import journals

ASSETS = {"present": 0, "fetched": 0, "failed": 0, "skipped": 0, "interrupted": 0}
PINNED = {"name": SMALL, "version": "1.0", "sha256": sha256(SMALL_CONTENT)}


def metrics(path):
    """Name to value; `assets` is outcome to number. Every family has its type, its help and the same labels."""
    text = path.read_text()
    assert text.endswith("\n")
    values, labels = {}, set()
    for family in text_string_to_metric_families(text):
        assert family.name.startswith("modelkit_assets_") and family.documentation and family.type != "unknown"
        for sample in family.samples:
            # A counter would have to grow from run to run.
            assert family.type == "gauge", family
            name = sample.name.removeprefix("modelkit_assets_")
            outcome = sample.labels.pop("outcome", None)
            labels.add(tuple(sorted(sample.labels.items())))
            if outcome:
                values.setdefault(name, {})[outcome] = sample.value
            else:
                values[name] = sample.value
    assert len(labels) == 1, labels
    return values, dict(labels.pop())


def test_a_run_tells_its_figures(fault_shelf, fault_server, tmp_path):
    fault_server.on(data(SMALL), SLOW_DOWN, times=2)
    spec, before = fault_shelf.spec(f"{SMALL}:1.0", f"{FINE}:1.0"), time.time()
    file = tmp_path / "metrics.prom"
    fault_shelf.tool.run("resolve", spec, "--metrics-file", file).succeeded()
    values, labels = metrics(file)
    assert labels == {"command": "resolve", "subject": str(spec)}
    assert before - 1 <= values.pop("end_timestamp_seconds") <= time.time()
    assert 0 < values.pop("duration_seconds") < 60
    assert values == {
        "assets": {**ASSETS, "fetched": 2},
        "downloaded_bytes": len(SMALL_CONTENT) + 5,
        "downloaded_files": 2,
        "cached_bytes": 0,
        "cached_files": 0,
        "resumed_bytes": 0,
        "retries": 2,
        "exit_status": 0,
    }
    assert [path.name for path in tmp_path.iterdir() if "metrics" in path.name] == ["metrics.prom"]


def test_what_came_from_the_cache_is_counted(fault_shelf, tmp_path):
    fault_shelf.tool.environment["MODELKIT_ASSETS_CACHE_DIR"] = tmp_path / "cache"
    fault_shelf.resolve(PINNED).succeeded()
    file = tmp_path / "metrics"
    options = ["--metrics-file", file, "--assets-dir", tmp_path / "again", "--create-assets-dir"]
    fault_shelf.resolve(PINNED, options=options).succeeded()
    values, _ = metrics(file)
    assert (values["cached_files"], values["cached_bytes"]) == (1, len(SMALL_CONTENT))
    assert values["downloaded_bytes"] == 0


FAILURES = {
    "an unknown asset": (["resolve", "{spec}"], {}, 5),
    "a bad setting": (["resolve", "{spec}"], {"MODELKIT_STORAGE_PROVIDER": "ftp"}, None),
    "no such plan": (["apply", "absent.json"], {}, None),
    "no such asset": (["fetch", "nlp/absent:1"], {}, 5),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_is_told_too(shelf, tmp_path, case):
    arguments, environment, status = FAILURES[case]
    arguments = [word.format(spec=shelf.spec("nlp/absent:1")) for word in arguments]
    file = tmp_path / "metrics"
    file.write_text("of the last run\n")
    finished = shelf.tool.run(*arguments, "--metrics-file", file, environment=environment)
    assert finished.status == status or (status is None and finished.status != 0), finished
    values, labels = metrics(file)
    assert values["exit_status"] == finished.status
    assert labels["command"] == arguments[0]


def test_an_interrupted_run_is_told_too_and_what_it_kept_is_of_the_next(fault_shelf, fault_server, tmp_path):
    fault_server.on(data("large/asset"), stall_after(1 << 20), skip=1)
    fault_shelf.tool.environment["MODELKIT_STORAGE_TIMEOUT_S"] = "60"
    file, spec = tmp_path / "metrics", fault_shelf.spec("large/asset:1.0")
    running = fault_shelf.tool.start("resolve", spec, "--jobs", "1", "--metrics-file", file)
    running.until(lambda: journal_lines(fault_shelf) >= 3, "the first part was noted")
    running.process.send_signal(signal.SIGINT)
    running.wait().failed(130)
    values, _ = metrics(file)
    assert (values["exit_status"], values["assets"]["interrupted"]) == (130, 1)
    fault_server.rules.clear()
    finished = fault_shelf.tool.run("resolve", spec, "--metrics-file", file).succeeded()
    values, _ = metrics(file)
    assert values["resumed_bytes"] > 0
    assert values["resumed_bytes"] + values["downloaded_bytes"] == 20 << 20
    assert ", resumed " in finished.stderr.splitlines()[-1]


def journal_lines(shelf):
    return sum(text.count("\n") for text in journals(shelf.assets))


def test_a_file_that_cannot_be_written_is_a_warning(shelf, tmp_path):
    finished = shelf.tool.run("resolve", shelf.spec("nlp/vectors"), "--metrics-file", tmp_path / "no/file").succeeded()
    assert f"warning: cannot open the directory `{tmp_path}/no`" in finished.stderr


def test_a_name_with_quotes_is_a_label_like_any(shelf, tmp_path):
    spec = shelf.spec("nlp/vectors", name='a "b" \\ c\n.yaml')
    shelf.tool.run("resolve", spec, "--metrics-file", tmp_path / "metrics").succeeded()
    assert metrics(tmp_path / "metrics")[1]["subject"] == str(spec)
