"""Where tokens go: to Google's hosts, and to the host that the environment or a flag named. Nowhere else."""

import pytest

from harness.aws_fakes import SECRET_MARK, Service, any_request
from harness.credential_world import PIN
from harness.faults import lists
from harness.google_fakes import IdentityManagement, MachineMetadata, TokenServer
from harness.s3_messages import Response
from harness.workspace import error_text, outcomes

FIRST = f"{SECRET_MARK}.token.1"
REDIRECTS = [301, 302, 303, 307, 308]


class Stranger(Service):
    """A server that nobody is to ask."""

    def answer(self, request):
        return Response(404)


@pytest.fixture
def stranger():
    with Stranger() as stranger:
        yield stranger
        assert stranger.requests == []


@pytest.fixture
def robot(google_world, token_server):
    """With a service account's credentials."""
    google_world.credentials(token_server.service_account())
    return google_world


def resolve(world, *options, **storage):
    """Of a spec file with this section `storage`."""
    spec = world.workspace.spec(PIN, storage=storage)
    return world.silent(world.workspace.tool.run("resolve", spec, "--format", "json", *options))


def assert_fetched(finished):
    assert outcomes(finished.succeeded().report) == {PIN: "fetched"}, str(finished)


def assert_refused(finished, statuses, word):
    assert finished.status in statuses, str(finished)
    assert word in error_text(finished.report), str(finished)


# Settings


def test_a_spec_file_may_name_no_endpoint_for_gcs(robot, token_server, stranger):
    robot.environment["MODELKIT_STORAGE_PROVIDER"] = None
    assert_refused(resolve(robot, provider="gcs", endpoint=stranger.endpoint), [3], "endpoint")
    assert token_server.requests == []
    assert robot.store.requests == []


@pytest.mark.parametrize("value", ["PLAIN", "${PLACE}"])
def test_an_endpoint_in_a_spec_file_leads_no_token_away(robot, stranger, value):
    robot.environment["PLACE"] = stranger.endpoint
    assert_fetched(resolve(robot, endpoint=value.replace("PLAIN", stranger.endpoint)))
    assert {request.token for request in robot.store.requests} == {FIRST}


def test_an_endpoint_in_a_spec_file_does_not_replace_google_s_own(robot, google_names, stranger):
    google_names.lead_to_store("storage.googleapis.com", robot)
    assert_fetched(resolve(robot, endpoint=stranger.endpoint))
    assert google_names.asked == {"storage.googleapis.com"}
    assert {request.token for request in robot.store.requests} == {FIRST}


@pytest.mark.parametrize("variable", ["S3_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_a_variable_for_s3_leads_no_token_away(robot, stranger, variable):
    robot.environment[variable] = stranger.endpoint
    robot.resolves(by=[FIRST])


@pytest.mark.parametrize("bucket", ["//127.0.0.1:9/x", "assets@127.0.0.1:9", "assets?x=http://127.0.0.1:9"])
def test_a_bucket_in_a_spec_file_names_no_host(robot, google_names, bucket):
    google_names.lead_to_store("storage.googleapis.com", robot)
    robot.environment["MODELKIT_STORAGE_BUCKET"] = None
    assert resolve(robot, bucket=bucket).status != 0
    assert google_names.asked <= {"storage.googleapis.com"}


@pytest.mark.parametrize("other", [{}, {"API_ENDPOINT_OVERRIDE": "STRANGER"}, {"STORAGE_EMULATOR_HOST": "STRANGER"}])
def test_a_flag_names_the_host_that_gets_the_token(robot, stranger, other):
    robot.environment["API_ENDPOINT_OVERRIDE"] = None
    robot.environment.update({name: stranger.endpoint for name in other})
    assert_fetched(resolve(robot, "--endpoint", robot.store.endpoint))
    assert {request.token for request in robot.store.requests} == {FIRST}


def test_an_emulator_gets_no_token(robot, token_server):
    robot.environment.update(API_ENDPOINT_OVERRIDE=None, STORAGE_EMULATOR_HOST=robot.store.endpoint)
    robot.store.tokens = None
    robot.resolves(by=[None])
    assert token_server.requests == []


@pytest.mark.parametrize("way", ["the flag", "the spec file"])
def test_whoever_asks_without_credentials_sends_no_token(robot, token_server, way):
    robot.store.tokens = None
    assert_fetched(resolve(robot, "--no-sign-request") if way == "the flag" else resolve(robot, anonymous=True))
    assert {request.token for request in robot.store.requests} == {None}
    assert token_server.requests == []


# Redirects


def redirects_to(service, status):
    return lambda *_: Response(status, headers=(("Location", f"{service.endpoint}/elsewhere"),))


# What is asked for, and the statuses that an answer of no store's ends with.
ASKED = {
    "the versions": (lambda request: request.key.endswith(".versions"), [5, 8]),
    "the data": (lambda request: request.key.endswith("/1.0"), [8]),
}


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("asked", ASKED)
def test_a_redirect_of_the_store_is_not_followed_for(robot, stranger, asked, status):
    matches, statuses = ASKED[asked]
    robot.store.on(matches, redirects_to(stranger, status))
    assert_refused(robot.resolve(), statuses, str(status))


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_redirect_of_a_listing_is_not_followed(robot, stranger, status):
    robot.store.on(lists, redirects_to(stranger, status))
    finished = robot.silent(robot.workspace.tool.run("list").failed(8))
    assert str(status) in finished.stderr


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_redirect_of_the_token_server_is_not_followed(robot, token_server, stranger, status):
    token_server.on(any_request, redirects_to(stranger, status))
    robot.refused(4, "service account", str(status))


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_redirect_of_iam_is_not_followed(google_world, token_server, stranger, status):
    with IdentityManagement(token_server.tokens) as iam:
        iam.on(any_request, redirects_to(stranger, status))
        google_world.credentials(iam.impersonation(token_server.service_account()))
        google_world.refused(4, "impersonated service account", str(status))


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_of_the_metadata_service_is_not_followed(google_world, stranger, status):
    with MachineMetadata() as machine:
        machine.on(lambda request: "token" in request.path, redirects_to(stranger, status))
        google_world.environment.update(machine.environment)
        google_world.refused(4, "metadata service", str(status))


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_of_a_job_s_service_is_not_followed(google_world, token_server, stranger, status):
    with Service() as job:
        job.on(any_request, redirects_to(stranger, status))
        source = {"url": f"{job.endpoint}/token", "headers": {"Authorization": f"bearer {SECRET_MARK}-request"}}
        google_world.credentials(token_server.pool(source))
        google_world.refused(4, "external account", str(status))


# Addresses in the file of credentials


CLEAR = "http://token.example/v1"

FILES = {
    "token_uri": lambda server: server.service_account(token_uri=CLEAR),
    "token_url": lambda server: server.pool({"file": "/dev/null"}, token_url=CLEAR),
    "token_url of a login": lambda server: server.external_login(token_url=CLEAR),
    "service_account_impersonation_url": lambda server: server.pool(
        {"file": "/dev/null"}, service_account_impersonation_url=CLEAR
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_secret_goes_over_no_network_in_the_clear_to(google_world, google_names, token_server, case):
    google_world.credentials(FILES[case](token_server))
    google_world.environment["HTTP_PROXY"] = google_names.proxy.url
    google_world.refused(4, case.split()[0], "https")
    assert google_names.asked == set()


def test_whoever_takes_a_name_asks_google_s_iam_whatever_the_file_says(google_world, google_names, token_server):
    name = "iamcredentials.googleapis.com"
    with IdentityManagement(token_server.tokens, tls=google_names.context(name)) as iam:
        google_names.lead(name, iam)
        google_world.store.tokens = iam.tokens
        file = iam.impersonation(token_server.service_account())
        file["service_account_impersonation_url"] = iam.url.replace(iam.endpoint, "https://iam.example")
        google_world.credentials(file)
        google_world.resolves(by=[f"{SECRET_MARK}.impersonated.1"])
    assert google_names.asked == {name}


def test_a_person_s_secrets_go_to_google_whatever_the_file_says(google_world, google_names, google_server):
    with TokenServer() as other:
        google_world.credentials(google_server.login(token_uri=f"{other.endpoint}/token"))
        google_world.resolves(by=[FIRST])
        assert other.requests == []
    assert google_names.asked == {"oauth2.googleapis.com"}
