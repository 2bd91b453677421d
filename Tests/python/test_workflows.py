"""The workflows are what GitHub takes, and give nobody more than they need. They run on GitHub alone; this reads them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
WORKFLOWS = sorted((REPOSITORY / ".github/workflows").glob("*.yml"))
ACTION = REPOSITORY / "examples/github/action.yml"
each_file = pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.stem)
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def loaded(path):
    """With the key `on`, which YAML 1.1 takes for a truth value."""
    document = yaml.safe_load(path.read_text())
    return {("on" if key is True else key): value for key, value in document.items()}


def steps(path):
    document = loaded(path)
    if "runs" in document:
        return document["runs"]["steps"]
    return [step for job in document["jobs"].values() for step in job["steps"]]


def scripts(path):
    return [step["run"] for step in steps(path) if "run" in step]


def test_there_are_workflows():
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"]


@each_file
def test_actions_are_pinned_by_digest_with_their_version_beside_it(path):
    used = re.findall(r"^ *(?:- )?uses: (.+)$", path.read_text(), re.M)
    assert len(used) == sum("uses" in step for step in steps(path)) > 0
    for line in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_an_action_is_of_one_version_everywhere():
    pinned = {}
    for path in [*WORKFLOWS, ACTION]:
        for name, pin in re.findall(r"uses: ([\w/-]+)@(\S+ # \S+)", path.read_text()):
            assert pinned.setdefault(name, pin) == pin, f"{name} in {path.name}"


@each_file
def test_values_reach_scripts_as_variables_alone(path):
    """An expression in a script would be run as a part of it."""
    assert [script for script in scripts(path) if "${{" in script] == []


@each_file
def test_scripts_are_bash(path):
    for script in scripts(path):
        checked = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, ""), script


@each_workflow
def test_scripts_run_in_bash_which_stops_at_a_failure_in_a_pipe(path):
    assert loaded(path)["defaults"]["run"]["shell"] == "bash"


@each_workflow
def test_every_job_ends(path):
    document = loaded(path)
    assert document["concurrency"]["group"]
    assert [name for name, job in document["jobs"].items() if "timeout-minutes" not in job] == []


@each_workflow
def test_nobody_else_s_code_runs_with_rights(path):
    events = loaded(path)["on"]
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(events)
    for step in steps(path):
        if "actions/checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


def test_checks_of_pull_requests_may_only_read():
    document = loaded(REPOSITORY / ".github/workflows/ci.yml")
    assert document["permissions"] == {"contents": "read"}
    assert "secrets." not in str(document)
    for job in document["jobs"].values():
        assert "permissions" not in job


RIGHTS = {
    "version": {"contents": "read"},
    "program": {"contents": "read"},
    "image": {"contents": "read", "packages": "write"},
    "manifest": {"packages": "write", "id-token": "write", "attestations": "write"},
    "release": {"contents": "write", "id-token": "write", "attestations": "write"},
}


def test_each_job_of_a_release_has_the_rights_that_it_needs():
    document = loaded(REPOSITORY / ".github/workflows/release.yml")
    assert document["permissions"] == {}
    assert {name: job["permissions"] for name, job in document["jobs"].items()} == RIGHTS


def test_a_release_comes_after_its_checks():
    """Every job but the first waits for one before it, and what publishes runs for a pushed tag alone."""
    jobs = loaded(REPOSITORY / ".github/workflows/release.yml")["jobs"]
    names = list(jobs)
    assert [job.get("needs") for job in jobs.values()] == [None, *names[:-1]]
    assert {name for name, job in jobs.items() if "push'" in job.get("if", "")} == {"manifest", "release"}


def test_the_scripts_and_targets_that_workflows_run_are_there():
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.M))
    for path in WORKFLOWS:
        for script in scripts(path):
            for name in re.findall(r"(?<![\w/.-])(?:scripts|\.ci)/[\w-]+", script):
                assert (REPOSITORY / name).stat().st_mode & 0o100, name
            assert set(re.findall(r"^make ([a-z-]+)", script, re.M)) <= targets


def test_the_image_of_a_release_takes_the_place_of_a_stage_of_the_dockerfile():
    """The workflow hands the tested program to the Dockerfile as `build`, laid out as that stage lays it out."""
    dockerfile = (REPOSITORY / "Dockerfile").read_text()
    assert re.search(r"^FROM \S+ AS build$", dockerfile, re.M)
    assert re.search(r"^COPY --from=build /image /$", dockerfile, re.M)
    final = dockerfile[dockerfile.rindex("\nFROM ") :]
    release = "\n".join(scripts(REPOSITORY / ".github/workflows/release.yml"))
    assert sorted(re.findall(r"^ARG (\w+)", final, re.M)) == sorted(re.findall(r"--build-arg \"(\w+)=", release))
    assert "--build-context build=root" in release
    assert "root/image/usr/local/bin" in release and "/usr/local/bin/modelkit-assets" in final


# What a release is called


@pytest.fixture
def checkout(tmp_path):
    """The files that say which version this is."""
    for name in ("CHANGELOG.md", "Sources/AssetsCommand/Version.swift", "scripts/release-check", "scripts/project.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text((REPOSITORY / name).read_text())
    changelog = tmp_path / "CHANGELOG.md"
    version = re.search(r"^## \[(.+?)\]", changelog.read_text(), re.M)[1]
    changelog.write_text(re.sub(r"^(## \[.+?\] - ).+$", r"\g<1>2026-03-02", changelog.read_text(), count=1, flags=re.M))
    return tmp_path, version


def release_check(folder, *arguments):
    command = [sys.executable, folder / "scripts/release-check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_version_is_said_alike_everywhere(binary):
    finished = release_check(REPOSITORY)
    assert finished.returncode == 0, finished.stderr
    said = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout
    assert f"say {said}" in finished.stdout


def test_the_tag_of_the_version_is_good(checkout):
    folder, version = checkout
    finished = release_check(folder, "--tag", f"v{version}")
    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.parametrize("tag", ["v9.9.9", "{}", "v{}.0", "v{}-rc.1", ""])
def test_another_tag_is_refused(checkout, tag):
    folder, version = checkout
    finished = release_check(folder, "--tag", tag.format(version))
    assert finished.returncode == 1
    assert f"expected v{version}" in finished.stderr


def test_a_tag_of_an_undated_version_is_refused(checkout):
    folder, version = checkout
    changelog = folder / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace("2026-03-02", "unreleased"))
    finished = release_check(folder, "--tag", f"v{version}")
    assert finished.returncode == 1
    assert "no date" in finished.stderr


def test_a_changelog_of_another_version_is_refused(checkout):
    folder, version = checkout
    changelog = folder / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace(f"## [{version}]", "## [9.9.9]", 1))
    assert "found 9.9.9" in release_check(folder).stderr


def test_the_notes_of_a_release_are_its_section_of_the_changelog():
    notes = subprocess.run([REPOSITORY / "scripts/release-notes"], check=True, capture_output=True, text=True).stdout
    changelog = (REPOSITORY / "CHANGELOG.md").read_text()
    assert notes.startswith("### ")
    assert notes.strip() in changelog
    assert "\n## " not in notes
