"""Who pays for the requests: `x-goog-user-project`, as google-auth sends it."""

import os
from unittest import mock

import google.auth
import pytest

from harness.aws_fakes import SECRET_MARK
from harness.google_fakes import IdentityManagement, MachineMetadata

HEADER = "x-goog-user-project"


def payers(requests):
    return {request.headers.get(HEADER) for request in requests}


def python_payer(world, file):
    """Whom google-auth names in the program's environment."""
    with mock.patch.dict(os.environ, world.workspace.tool.full_environment(), clear=True):
        credentials, _ = google.auth.load_credentials_from_dict(file)
    headers = {}
    credentials.token = "token"
    credentials.apply(headers)
    return headers.get(HEADER)


# The file's project, the environment's, and who pays.
CASES = {
    "the file": ("of-the-file", None, "of-the-file"),
    "the environment": (None, "of-the-environment", "of-the-environment"),
    "the environment before the file": ("of-the-file", "of-the-environment", "of-the-environment"),
    "the file where the environment is empty": ("of-the-file", "", "of-the-file"),
    "nobody": (None, None, None),
    "nobody where the file's is empty": ("", None, None),
    "the environment where the file's is empty": ("", "of-the-environment", "of-the-environment"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_project_that_pays_is_named_by(google_world, token_server, case):
    in_file, in_environment, payer = CASES[case]
    file = token_server.external_login(**({} if in_file is None else {"quota_project_id": in_file}))
    google_world.credentials(file)
    google_world.environment["GOOGLE_CLOUD_QUOTA_PROJECT"] = in_environment
    google_world.resolves(by=[f"{SECRET_MARK}.token.1"])
    assert payers(google_world.store.requests) == {payer} == {python_payer(google_world, file)}
    # A token is nobody's expense.
    assert payers(token_server.requests) == {None}


@pytest.mark.parametrize("project", ["of-the-environment", None])
def test_a_service_account_s_requests_are_paid_by_the_environment_s_project(google_world, token_server, project):
    file = token_server.service_account()
    google_world.credentials(file)
    google_world.environment["GOOGLE_CLOUD_QUOTA_PROJECT"] = project
    google_world.resolves(by=[f"{SECRET_MARK}.token.1"])
    assert payers(google_world.store.requests) == {project} == {python_payer(google_world, file)}


def test_a_pool_s_file_names_the_project_that_pays(google_world, token_server):
    path = google_world.file("subject", f"{SECRET_MARK}.subject")
    google_world.credentials(token_server.pool({"file": str(path)}, quota_project_id="of-the-file"))
    google_world.resolves(by=[f"{SECRET_MARK}.token.1"])
    assert payers(google_world.store.requests) == {"of-the-file"}
    assert payers(token_server.requests) == {None}


def test_a_person_s_login_names_the_project_that_pays(google_world, google_server):
    file = google_server.login(quota_project_id="of-the-file")
    google_world.credentials(file)
    google_world.resolves(by=[f"{SECRET_MARK}.token.1"])
    assert payers(google_world.store.requests) == {"of-the-file"} == {python_payer(google_world, file)}
    assert payers(google_server.requests) == {None}


@pytest.mark.parametrize("project", ["of-the-environment", None])
def test_a_machine_s_requests_are_paid_by_the_environment_s_project(google_world, project):
    with MachineMetadata() as machine:
        google_world.environment.update(machine.environment, GOOGLE_CLOUD_QUOTA_PROJECT=project)
        google_world.store.tokens = machine.tokens
        google_world.resolves(by=[f"{SECRET_MARK}.machine.1"])
        assert payers(google_world.store.requests) == {project}
        assert payers(machine.requests) == {None}


def test_whoever_takes_a_name_pays_for_the_store_alone(google_world, token_server):
    with IdentityManagement(token_server.tokens) as iam:
        google_world.store.tokens = iam.tokens
        file = iam.impersonation(token_server.service_account()) | {"quota_project_id": "of-the-file"}
        google_world.credentials(file)
        google_world.resolves(by=[f"{SECRET_MARK}.impersonated.1"])
        assert payers(google_world.store.requests) == {"of-the-file"} == {python_payer(google_world, file)}
        assert payers(iam.requests) == {None}


def test_nobody_pays_who_asks_in_nobody_s_name(google_world, token_server):
    google_world.credentials(token_server.external_login(quota_project_id="of-the-file"))
    google_world.store.tokens = None
    google_world.environment.update(
        API_ENDPOINT_OVERRIDE=None, STORAGE_EMULATOR_HOST=google_world.store.endpoint,
        GOOGLE_CLOUD_QUOTA_PROJECT="of-the-environment",
    )  # fmt: skip
    google_world.resolves(by=[None])
    assert payers(google_world.store.requests) == {None}


def test_check_and_list_name_the_project_too(google_world, token_server):
    google_world.credentials(token_server.external_login(quota_project_id="of-the-file"))
    google_world.checked()
    google_world.workspace.tool.run("list").succeeded()
    assert payers(google_world.store.requests) == {"of-the-file"}
