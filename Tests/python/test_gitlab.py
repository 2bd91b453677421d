"""The pipeline for GitLab: its job is run as a runner does, with a token that STS takes for a role."""

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from harness.aws_identity_fakes import SecurityTokens
from harness.credential_world import ASSET, CONTENT, CredentialWorld
from harness.tool import REPOSITORY

PIPELINE = yaml.safe_load((REPOSITORY / "examples/gitlab/.gitlab-ci.yml").read_text())
# Source: https://docs.gitlab.com/ci/yaml/
KEYWORDS = set("image id_tokens cache before_script script".split())


@pytest.fixture
def world(workspace):
    with CredentialWorld.below(workspace) as world:
        yield world


@pytest.fixture
def sts(world):
    """The store takes the keys that it gives, and no others."""
    with SecurityTokens() as sts:
        world.store.keys = sts.keys
        yield sts


@pytest.fixture
def job(world, sts, tmp_path):
    """Runs the lines of the job, one script as a runner makes it; `pip` only notes what it is to install."""
    (tmp_path / "project").mkdir()
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "modelkit-assets").symlink_to(world.workspace.tool.binary)
    (programs / "pip").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/installed\n')
    (programs / "pip").chmod(0o755)
    (programs / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (programs / "python").chmod(0o755)
    predefined = {"CI_PROJECT_DIR": str(tmp_path / "project"), "CI_PROJECT_ID": "7", "CI_PIPELINE_ID": "4711", "CI": "true"}
    variables = {
        name: re.sub(r"\$(\w+)", lambda match: predefined[match[1]], value)
        for name, value in PIPELINE["variables"].items()
    }
    variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = str(tmp_path / Path(variables["AWS_WEB_IDENTITY_TOKEN_FILE"]).name)
    here = {
        "MODELKIT_STORAGE_BUCKET": "assets", "S3_ENDPOINT": world.store.endpoint, "AWS_EC2_METADATA_DISABLED": "true",
        "PATH": f"{programs}:/usr/bin:/bin", "HOME": str(tmp_path), **sts.environment,
    }  # fmt: skip

    def run(token):
        test = PIPELINE["test"]
        environment = {**predefined, **variables, **here, **dict.fromkeys(test["id_tokens"], token)}
        script = "\n".join(["set -eo pipefail", *test["before_script"], *test["script"]])
        return subprocess.run(
            ["bash", "-c", script], cwd=tmp_path / "project", env=environment, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip

    return run


def project(world, tmp_path):
    folder = tmp_path / "project"
    (folder / "assets.yaml").write_text(f"version: 1\nassets: ['{ASSET}:1.0']\n")
    (folder / "test_it.py").write_text(f"def test(): assert open('assets/{ASSET}/1.0', 'rb').read()\n")
    keys = {"AWS_ACCESS_KEY_ID": "AKIALOCK", "AWS_SECRET_ACCESS_KEY": "secret"}
    world.store.keys["AKIALOCK"] = ("secret", None)
    world.workspace.tool.run("lock", folder / "assets.yaml", environment=keys).succeeded()
    del world.store.keys["AKIALOCK"]
    return folder


def test_the_job_exchanges_its_token_for_the_role_and_resolves(world, sts, job, tmp_path):
    folder = project(world, tmp_path)
    done = job(sts.web_token)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "assets" / ASSET / "1.0").read_bytes() == CONTENT
    [call] = sts.calls("AssumeRoleWithWebIdentity")
    assert call["RoleArn"] == PIPELINE["variables"]["AWS_ROLE_ARN"]
    assert call["RoleSessionName"] == "gitlab-7-4711"
    assert (tmp_path / "installed").read_text().startswith("install\nmodelkit-assets @ https://")
    assert stat.S_IMODE((tmp_path / "gitlab-identity-token").stat().st_mode) == 0o600
    assert sts.web_token not in done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_the_job_fails_where_sts_does_not_take_the_token(world, sts, job, tmp_path):
    project(world, tmp_path)
    done = job("of.another.project")
    assert done.returncode == 4
    assert "InvalidIdentityToken" in done.stderr


def test_the_job_has_keywords_of_gitlab_and_caches_what_it_resolves():
    assert set(PIPELINE) == {"variables", "test"}
    assert set(PIPELINE["test"]) <= KEYWORDS
    assert PIPELINE["test"]["cache"] == {"key": "assets", "paths": ["assets"]}
    assert PIPELINE["variables"]["MODELKIT_ASSETS_DIR"] == "$CI_PROJECT_DIR/assets"
    # Neither the cache nor an artifact is to have the token.
    assert not PIPELINE["variables"]["AWS_WEB_IDENTITY_TOKEN_FILE"].startswith("$CI_PROJECT_DIR")
