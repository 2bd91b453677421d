"""What GitHub's runner reads: annotations on the lines of the spec, the summary of a job, and the action itself."""

import functools
import hashlib
import http.server
import os
import re
import shutil
import subprocess
import threading
import venv
from pathlib import Path

import pytest
import yaml

EXAMPLES = Path(__file__).parents[2] / "examples"
ANNOTATION = re.compile(r"^::(error|warning)(?: (.*?))?::(.*)$", re.M)


def annotations(text):
    """The commands of the runner in a log, decoded as it decodes them."""
    found = []
    for kind, properties, message in ANNOTATION.findall(text):
        named = dict(part.split("=", 1) for part in properties.split(",")) if properties else {}
        found.append((kind, {key: decoded(value) for key, value in named.items()}, decoded(message)))
    return found


def decoded(text):
    for code, sign in (("%0A", "\n"), ("%0D", "\r"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def test_what_is_wrong_is_annotated_on_its_line(shelf):
    spec = shelf.spec("nlp/lexicon:2.0", "nlp/tokenizr:1", "nlp/lexicn:2")
    finished = shelf.tool.run("resolve", spec, "--format", "github").failed(5)
    lines = Path(spec).read_text().splitlines()
    found = annotations(finished.stderr)
    assert [kind for kind, _, _ in found] == ["error", "error"]
    for (_, place, message), name in zip(found, ["nlp/tokenizr", "nlp/lexicn"], strict=True):
        assert place["file"] == str(spec)
        assert name in lines[int(place["line"]) - 1]
        assert lines[int(place["line"]) - 1][int(place["col"]) - 1 :].strip('"').startswith(name.split(":")[0])
        assert name.split(":")[0] in message
    assert "did you mean" in found[0][2]


def test_an_asset_that_cannot_be_fetched_is_annotated_where_it_is_asked_for(shelf):
    (shelf.store.bucket / "modelkit-assets/nlp/vectors/1.4").unlink()
    spec = shelf.spec("nlp/lexicon:2.0", "nlp/vectors:1.4")
    finished = shelf.tool.run("resolve", spec, "--format", "github").failed(5)
    [(_, place, _)] = annotations(finished.stderr)
    assert place["title"] == "nlp/vectors:1.4"
    assert "nlp/vectors:1.4" in Path(spec).read_text().splitlines()[int(place["line"]) - 1]


def test_the_summary_of_the_job_is_added_to(shelf, tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    environment = {"GITHUB_STEP_SUMMARY": str(summary)}
    command = ["resolve", shelf.spec("nlp/lexicon:2.0", "nlp/vectors:1.4"), "--format", "github"]
    finished = shelf.tool.run(*command, environment=environment).succeeded()
    assert annotations(finished.stderr) == []
    assert "nlp/lexicon:2.0" in finished.stdout
    text = summary.read_text()
    assert text.startswith("before\n### Assets\n")
    assert "| `nlp/lexicon:2.0` | fetched | 3 | " in text
    shelf.tool.run(*command, environment=environment).succeeded()
    assert "0 assets fetched (0 B), 2 present." in summary.read_text()


def test_text_with_signs_of_the_runner_s_stays_one_annotation(shelf):
    """What a store says may have line ends, and would end the command."""
    spec = shelf.spec({"name": "nlp/lexicon", "version": "100%"})
    finished = shelf.tool.run("resolve", spec, "--format", "github").failed(3)
    [(_, _, message)] = annotations(finished.stderr)
    assert "100%" in message
    assert "\n" in message


# The action


@pytest.fixture(scope="module")
def action():
    return yaml.safe_load((EXAMPLES / "github/action.yml").read_text())


def test_the_action_is_what_the_runner_takes(action):
    assert set(action) <= {"name", "description", "inputs", "outputs", "runs", "author", "branding"}
    assert action["runs"]["using"] == "composite"
    used = set()
    for step in action["runs"]["steps"]:
        assert ("run" in step) != ("uses" in step), step
        assert ("run" in step) == ("shell" in step), step
        used |= set(re.findall(r"inputs\.([\w-]+)", str(step)))
        # An input in a script would be run as a part of it.
        assert "${{" not in step.get("run", "")
    assert used == set(action["inputs"])
    identifiers = {step["id"] for step in action["runs"]["steps"] if "id" in step}
    for output in action["outputs"].values():
        assert re.search(r"steps\.([\w-]+)", output["value"])[1] in identifiers
    workflow = yaml.safe_load((EXAMPLES / "github/workflow.yml").read_text())
    [step] = [step for step in workflow["jobs"]["test"]["steps"] if "examples/github" in step.get("uses", "")]
    assert set(step["with"]) <= set(action["inputs"])


def test_the_steps_of_the_action_do_what_they_say(action, shelf, tmp_path):
    """Each of its scripts is run by bash as the runner does, but the one that installs, which is tried below."""
    service = tmp_path / "service"
    service.mkdir()
    (service / "assets.yaml").write_text(Path(shelf.spec("nlp/lexicon:2.0", "nlp/vectors:1.4")).read_text())
    (service / "assets").mkdir()
    shelf.tool.run("lock", service / "assets.yaml", "--assets-dir", service / "assets").succeeded()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/modelkit-assets").symlink_to(shelf.tool.binary)
    inputs = {name: value["default"] for name, value in action["inputs"].items()}
    files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY")}
    for step in action["runs"]["steps"]:
        if "run" not in step or step.get("id") == "install":
            continue
        given = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: inputs[match[1]], value)
            for name, value in step.get("env", {}).items()
        }
        environment = {
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "HOME": str(tmp_path), **files, **given,
            "MODELKIT_STORAGE_PROVIDER": "local", "MODELKIT_STORAGE_BUCKET": str(shelf.store.bucket),
        }  # fmt: skip
        subprocess.run(["bash", "-eo", "pipefail", "-c", step["run"]], cwd=service, env=environment, check=True)
    assert re.fullmatch(r"key=[0-9a-f]{64}\n", files["GITHUB_OUTPUT"].read_text())
    assert files["GITHUB_ENV"].read_text() == f"MODELKIT_ASSETS_DIR={service / 'assets'}\n"
    assert "| `nlp/vectors:1.4` | fetched |" in files["GITHUB_STEP_SUMMARY"].read_text()
    assert (service / "assets/nlp/vectors/1.4").is_file()


# Where the action takes the program from


class Release:
    """The files of a release as GitHub serves them, below the address of a repository."""

    def __init__(self, folder, archive):
        self.served = folder / "served"
        self.files = self.served / "ana/modelkit-assets/releases/download/v0.1.0"
        self.files.mkdir(parents=True)
        self.archive = Path(shutil.copy(archive, self.files))
        # Of another processor, which is not to be fetched.
        other = f"{'0' * 64}  modelkit-assets-0.1.0-linux-s390x.tar.gz\n"
        (self.files / "SHA256SUMS").write_text(f"{other}{sha256(self.archive)}  {self.archive.name}\n")


def made(script, binary, folder):
    command = [EXAMPLES.parent / "scripts" / script, binary, folder]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def archive(binary, tmp_path_factory):
    return made("make-archive", binary, tmp_path_factory.mktemp("archive"))


@pytest.fixture
def release(tmp_path, archive):
    return Release(tmp_path, archive)


@pytest.fixture
def install(action, release, tmp_path):
    """Runs the step that installs, with these inputs; gives what it did and the folders that it added to the PATH."""
    [step] = [step for step in action["runs"]["steps"] if step.get("id") == "install"]
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=release.served)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def run(version="", wheel="", path=os.environ["PATH"]):
            values = {"inputs.version": version, "inputs.wheel": wheel, "github.action_repository": "ana/modelkit-assets"}
            environment = {name: values[value.strip("${} ")] for name, value in step["env"].items()}
            environment |= {
                "PATH": path, "HOME": str(tmp_path), "RUNNER_TEMP": str(tmp_path), "GITHUB_PATH": str(tmp_path / "added"),
                "GITHUB_SERVER_URL": f"http://127.0.0.1:{server.server_port}",
            }  # fmt: skip
            (tmp_path / "added").write_text("")
            done = subprocess.run(
                ["bash", "-eo", "pipefail", "-c", step["run"]], cwd=tmp_path, env=environment, capture_output=True,
                text=True, check=False,
            )  # fmt: skip
            return done, (tmp_path / "added").read_text().splitlines()

        yield run
        server.shutdown()


def test_the_action_takes_the_program_of_a_release(install, binary):
    done, [folder] = install(version="0.1.0")
    assert done.returncode == 0, done.stderr
    assert Path(folder, "modelkit-assets").read_bytes() == Path(binary).read_bytes()
    assert subprocess.run([f"{folder}/modelkit-assets", "--version"], check=True).returncode == 0


def test_the_action_refuses_a_program_that_the_release_s_checksums_do_not_have(install, release):
    content = bytearray(release.archive.read_bytes())
    content[len(content) // 2] ^= 1
    release.archive.write_bytes(content)
    done, added = install(version="0.1.0")
    assert done.returncode != 0
    assert f"{release.archive.name}: FAILED" in done.stdout
    assert added == []


def test_the_action_refuses_a_program_that_the_checksums_leave_out(install, release):
    (release.files / "SHA256SUMS").write_text(f"{'0' * 64}  other.tar.gz\n")
    done, added = install(version="0.1.0")
    assert done.returncode != 0
    assert added == []


def test_the_action_fails_where_there_is_no_such_release(install):
    done, added = install(version="9.9.9")
    assert done.returncode != 0
    assert "404" in done.stderr
    assert added == []


def test_the_action_says_that_it_needs_a_version_or_a_wheel(install):
    done, added = install()
    assert (done.returncode, added) == (1, [])
    [(kind, place, message)] = annotations(done.stdout)
    assert (kind, place) == ("error", {"title": "modelkit-assets"})
    assert "`version`" in message and "`wheel`" in message


def test_the_action_installs_a_wheel(install, binary, tmp_path):
    wheel = made("make-wheel", binary, tmp_path)
    venv.create(tmp_path / "venv", with_pip=True)
    done, added = install(wheel=wheel, path=f"{tmp_path / 'venv/bin'}:{os.environ['PATH']}")
    assert done.returncode == 0, done.stderr
    assert added == []
    subprocess.run([tmp_path / "venv/bin/modelkit-assets", "--version"], check=True)


def test_nothing_is_installed_that_is_nowhere_published():
    """The name alone would ask a package index, where it is not, or is somebody else's."""
    texts = [path for path in EXAMPLES.rglob("*") if path.suffix in {".yml", ".yaml", ".md"} or path.name == "Dockerfile"]
    texts += [EXAMPLES.parent / "README.md", *(EXAMPLES.parent / "docs").glob("*.md")]
    assert len(texts) > 20
    asked = re.compile(r"pip3? install[^\n]*[ \"'](modelkit[-_]assets)(?! @ )\b")
    assert [str(path) for path in texts if asked.search(path.read_text())] == []


def test_a_summary_that_nobody_reads_is_not_waited_for(shelf, tmp_path):
    os.mkfifo(tmp_path / "summary")
    command = ["resolve", shelf.spec("nlp/vectors:1.4"), "--format", "github"]
    finished = shelf.tool.run(*command, environment={"GITHUB_STEP_SUMMARY": tmp_path / "summary"}, timeout=20)
    assert "cannot write the job summary" in finished.succeeded().stderr
