"""Clouds of Google's beside its own: credentials that name another `universe_domain` lead to that one's hosts alone."""

import json
import os
from unittest import mock

import pytest
from google.oauth2 import service_account

from harness.aws_fakes import SECRET_MARK, answers
from harness.credential_world import ASSET, PIN
from harness.google_fakes import ROBOT, STORAGE, IdentityManagement, MachineMetadata, unpadded
from harness.workspace import outcomes

UNIVERSE = "acme.example"
STORE = f"storage.{UNIVERSE}"
FIRST = f"{SECRET_MARK}.token.1"


class Everything(set):
    """Every token."""

    def __contains__(self, token):
        return token is not None


@pytest.fixture
def elsewhere(google_world, google_names, token_server):
    """The world, whose bucket is in the other universe."""
    google_names.lead_to_store(STORE, google_world)
    return google_world


def claims(token):
    return json.loads(unpadded(token.split(".")[1]))


def test_a_service_account_signs_its_tokens_itself(elsewhere, google_names, token_server):
    elsewhere.store.tokens = Everything()
    elsewhere.credentials(token_server.service_account(universe_domain=UNIVERSE))
    elsewhere.resolves()
    assert token_server.requests == []
    assert google_names.asked == {STORE}


def test_a_token_that_is_signed_is_google_auth_s(elsewhere, token_server):
    elsewhere.store.tokens = Everything()
    file = token_server.service_account(universe_domain=UNIVERSE)
    elsewhere.credentials(file)
    elsewhere.resolves()
    with mock.patch.dict(os.environ, clear=True):
        credentials = service_account.Credentials.from_service_account_info(file, scopes=sorted(STORAGE))
        credentials.refresh(None)
    [token] = {request.token for request in elsewhere.store.requests}
    ours, theirs = claims(token), claims(credentials.token)
    assert json.loads(unpadded(token.split(".")[0])) == json.loads(unpadded(credentials.token.split(".")[0]))
    assert ours.keys() == theirs.keys()
    assert (ours["iss"], ours["sub"], ours["exp"] - ours["iat"]) == (ROBOT, ROBOT, 3600)
    assert set(ours["scope"].split()) == set(theirs["scope"].split())


def test_a_signed_token_that_is_not_taken_is_signed_anew_once(elsewhere, token_server):
    elsewhere.store.tokens = set()
    elsewhere.credentials(token_server.service_account(universe_domain=UNIVERSE))
    assert ROBOT in elsewhere.resolve().failed(4).stdout
    assert len(elsewhere.store.requests) == 2


def test_google_s_own_universe_may_be_named(google_world, token_server):
    google_world.credentials(token_server.service_account(universe_domain="googleapis.com"))
    google_world.resolves(by=[FIRST])


def service_account_file(world, server, domain):
    return server.service_account(universe_domain=domain)


def pool(world, server, domain):
    return server.pool({"file": str(world.file("subject", f"{SECRET_MARK}.subject"))}, universe_domain=domain)


def external_login(world, server, domain):
    return server.external_login(universe_domain=domain)


@pytest.mark.parametrize("file", [service_account_file, pool, external_login])
def test_google_s_own_universe_is_where_none_is_named_by(google_world, google_names, token_server, file):
    google_names.lead_to_store("storage.googleapis.com", google_world)
    google_world.credentials(file(google_world, token_server, None))
    google_world.resolves(by=[FIRST])
    assert google_names.asked == {"storage.googleapis.com"}


@pytest.mark.parametrize("file", [pool, external_login])
def test_the_store_of_the_universe_is_asked_by(elsewhere, google_names, token_server, file):
    elsewhere.credentials(file(elsewhere, token_server, UNIVERSE))
    elsewhere.resolves(by=[FIRST])
    assert google_names.asked == {STORE}


def test_a_name_is_taken_in_the_universe_of_whoever_takes_it(elsewhere, google_names, token_server):
    name = f"iamcredentials.{UNIVERSE}"
    with IdentityManagement(Everything(), tls=google_names.context(name)) as iam:
        google_names.lead(name, iam)
        elsewhere.store.tokens = iam.tokens
        file = iam.impersonation(token_server.service_account(universe_domain=UNIVERSE))
        file["service_account_impersonation_url"] = iam.url.replace(iam.endpoint, "https://iamcredentials.googleapis.com")
        elsewhere.credentials(file)
        elsewhere.resolves(by=[f"{SECRET_MARK}.impersonated.1"])
    assert google_names.asked == {STORE, name}
    assert token_server.requests == []


@pytest.fixture
def machine(google_world):
    with MachineMetadata() as machine:
        google_world.environment.update(machine.environment)
        google_world.store.tokens = machine.tokens
        yield machine


def domain(request):
    return request.path.endswith("universe/universe-domain")


MACHINES = {
    "it names": (answers(200, UNIVERSE), STORE),
    "it names with a line break": (answers(200, f"{UNIVERSE}\n"), STORE),
    "it does not know": (answers(404), "storage.googleapis.com"),
    "it has none": (answers(200), "storage.googleapis.com"),
}


@pytest.mark.parametrize("case", MACHINES)
def test_a_machine_s_universe_is_the_one_that(google_world, google_names, machine, case):
    trouble, store = MACHINES[case]
    google_names.lead_to_store(store, google_world)
    machine.on(domain, trouble)
    google_world.resolves(by=[f"{SECRET_MARK}.machine.1"])
    assert google_names.asked == {store}


def test_check_shows_who_signs(elsewhere, token_server):
    elsewhere.store.tokens = Everything()
    elsewhere.credentials(token_server.service_account(universe_domain=UNIVERSE))
    assert elsewhere.checked()["Credentials", "account"]["value"].startswith(f"service account {ROBOT}")


def test_a_named_endpoint_is_asked_whatever_the_universe(google_world, google_names, token_server):
    google_world.store.tokens = Everything()
    google_world.credentials(token_server.service_account(universe_domain=UNIVERSE))
    assert outcomes(google_world.resolves().report) == {PIN: "fetched"}
    assert google_names.asked == set()
    assert (google_world.workspace.assets / ASSET / "1.0").is_file()
