"""Where google-auth decides what is right: what it sends again, what it refuses, and what it does not read."""

import google.auth.crypt
import pytest
from cryptography.hazmat.primitives import serialization
from google.auth import external_account_authorized_user, identity_pool
from google.oauth2 import service_account

from harness.aws_fakes import SECRET_MARK, answers, any_request
from harness.faults import reset_before_the_header
from harness.google_fakes import MachineMetadata, TokenServer, refused
from harness.workspace import error_text

FIRST = f"{SECRET_MARK}.token.1"
UNIVERSE = "acme.example"

# `_can_retry` of google-auth's `oauth2/_client.py`.
PASSING = {
    "408": answers(408),
    "internal_failure": lambda *_: refused("internal_failure", "Internal failure"),
    "server_error": lambda *_: refused("server_error", "Try again"),
    "temporarily_unavailable": lambda *_: refused("temporarily_unavailable", "Try again"),
    "internal_failure in the description": lambda *_: refused("invalid_request", "internal_failure"),
}


@pytest.mark.parametrize("case", PASSING)
def test_a_service_account_asks_again_after(google_world, token_server, case):
    google_world.credentials(token_server.service_account())
    token_server.on(any_request, PASSING[case], times=1)
    google_world.resolves(by=[FIRST])
    assert len(token_server.requests) == 2


@pytest.mark.parametrize("case", PASSING)
def test_a_person_s_login_asks_again_after(google_world, google_server, case):
    google_world.credentials(google_server.login())
    google_server.on(any_request, PASSING[case], times=1)
    google_world.resolves(by=[FIRST])


def test_the_metadata_service_is_asked_again_after_408(google_world):
    with MachineMetadata() as machine:
        google_world.environment.update(machine.environment)
        google_world.store.tokens = machine.tokens
        machine.on(lambda request: request.path.endswith("/token"), answers(408), times=1)
        google_world.resolves(by=[f"{SECRET_MARK}.machine.1"])


def test_a_person_s_login_of_another_universe_is_refused(google_world, google_names, google_server):
    """google-auth: `User credential refresh is only supported in the default googleapis.com universe domain`."""
    google_world.credentials(google_server.login(universe_domain=UNIVERSE))
    google_world.refused(4, "authorized user", UNIVERSE)
    assert google_server.requests == []


@pytest.mark.parametrize("domain", ["acme.example/x", "acme.example:8443", "a@acme.example", "acme example", "../x"])
def test_a_universe_that_is_no_domain_is_named(google_world, google_names, token_server, domain):
    google_world.environment["API_ENDPOINT_OVERRIDE"] = None
    google_world.credentials(token_server.service_account(universe_domain=domain))
    assert "universe_domain" in error_text(google_world.resolve().failed(4).report)
    assert google_names.asked == set()


def test_the_store_that_fails_is_named_as_its_universe_has_it(google_world, google_names, token_server):
    google_names.lead_to_store(f"storage.{UNIVERSE}", google_world)
    google_world.store.on(any_request, reset_before_the_header)
    google_world.credentials(token_server.external_login(universe_domain=UNIVERSE))
    text = error_text(google_world.resolve().failed(8).report)
    assert f"storage.{UNIVERSE}" in text
    assert "googleapis.com" not in text


def test_a_service_account_s_file_names_nobody_who_pays(google_world, token_server):
    """google-auth reads `quota_project_id` of every other type."""
    google_world.credentials(token_server.service_account(quota_project_id="of-the-file"))
    google_world.resolves(by=[FIRST])
    assert {request.headers.get("x-goog-user-project") for request in google_world.store.requests} == {None}


def test_a_program_may_write_its_answer_to_the_output_file_alone(google_world, token_server):
    output = google_world.workspace.tool.folder / "output.json"
    answer = (
        '{"version": 1, "success": true, "token_type": "urn:ietf:params:oauth:token-type:id_token", '
        f'"id_token": "{SECRET_MARK}.subject", "expiration_time": 4102444800}}'
    )
    program = google_world.file("give", f"#!/bin/sh\ncat > '{output}' <<'END'\n{answer}\nEND\n", mode=0o700)
    executable = {"command": str(program), "output_file": str(output)}
    google_world.credentials(token_server.pool({"executable": executable}))
    google_world.environment["GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"] = "1"
    google_world.resolves(by=[FIRST])


# Keys in PEM

PKCS1 = "PKCS #1"


def lines(pem):
    return pem.strip().split("\n")


def body(pem):
    return "".join(lines(pem)[1:-1])


def cut(text, width):
    return "\n".join(text[start : start + width] for start in range(0, len(text), width))


def framed(pem, text):
    return f"{lines(pem)[0]}{text}{lines(pem)[-1]}"


# What secrets and variables make of one; google-auth reads each.
KEYS = {
    "all on one line": lambda pem: framed(pem, body(pem)),
    "on one line with blanks": lambda pem: " ".join(lines(pem)),
    "its digits on one line": lambda pem: framed(pem, f"\n{body(pem)}\n"),
    "in short lines": lambda pem: framed(pem, f"\n{cut(body(pem), 10)}\n"),
    "in long lines": lambda pem: framed(pem, f"\n{body(pem)[:100]}\n{body(pem)[100:]}\n"),
    "indented": lambda pem: "\n".join(f"    {line}" for line in lines(pem)),
    "indented by tabs": lambda pem: "\n".join(f"\t{line}" for line in lines(pem)),
    "with blanks at the ends of lines": lambda pem: "".join(f"{line}  \n" for line in lines(pem)),
    "with a blank in a line": lambda pem: framed(pem, f"\n{body(pem)[:7]} {body(pem)[7:]}\n"),
    "with the line ends of Windows": lambda pem: pem.replace("\n", "\r\n"),
    "with those of old Macs": lambda pem: pem.replace("\n", "\r"),
    "in quotes": lambda pem: f'"{pem}"',
    "after a text": lambda pem: f"Bag Attributes: none {pem}",
    "after a byte order mark": lambda pem: f"\ufeff{pem}",
    "before a text": lambda pem: f"{pem}the end",
    "after a certificate": lambda pem: f"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{pem}",
    "without its last line break": lambda pem: pem.rstrip("\n"),
    f"of {PKCS1}": lambda pem: pem,
    f"of {PKCS1} on one line": lambda pem: framed(pem, body(pem)),
}
# It reads none of these, and says so.
NO_KEYS = {
    "with `\\n` in place of line breaks": lambda pem: pem.replace("\n", "\\n"),
    "without its end": lambda pem: pem[:-30],
    "with another end": lambda pem: pem.replace("END PRIVATE", "END RSA PRIVATE"),
    "without its padding": lambda pem: framed(pem, f"\n{body(pem)[:-3]}\n"),
    "with other digits": lambda pem: framed(pem, f"\n{body(pem)[:9]}*{body(pem)[10:]}\n"),
    "of another kind": lambda pem: pem.replace("PRIVATE KEY", "EC PRIVATE KEY"),
    "in small letters": lambda pem: pem.replace("BEGIN PRIVATE KEY", "begin private key"),
    "nothing": lambda pem: "",
}


def pem_for(server, case):
    if PKCS1 not in case:
        return server.pem
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return server.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@pytest.mark.parametrize("case", KEYS)
def test_a_key_is_read(google_world, token_server, case):
    key = KEYS[case](pem_for(token_server, case))
    google.auth.crypt.RSASigner.from_string(key)
    google_world.credentials(token_server.service_account(private_key=key))
    google_world.resolves(by=[FIRST])


@pytest.mark.parametrize("case", NO_KEYS)
def test_a_key_is_refused(google_world, token_server, case):
    key = NO_KEYS[case](token_server.pem)
    with pytest.raises(ValueError):
        google.auth.crypt.RSASigner.from_string(key)
    google_world.credentials(token_server.service_account(private_key=key))
    google_world.refused(4, "service account")
    assert token_server.requests == []


# Fields that are not of the type that another kind of credentials has, or not of the one that they are for.
OF_NO_USE = {
    "quota_project_id": 5, "delegates": "nobody", "scopes": {"all": True}, "audience": ["a"],
    "credential_source": "file", "service_account_impersonation": [], "source_credentials": 7.5, "refresh_token": False, "client_id": 12345,
    "project_id": {}, "private_key_id": None, "subject_token_type": [[[]]],
}  # fmt: skip


GOOGLES = {
    "service_account": service_account.Credentials.from_service_account_info,
    "pool": identity_pool.Credentials.from_info,
    "external_login": external_account_authorized_user.Credentials.from_info,
}


@pytest.mark.parametrize("kind", GOOGLES)
def test_a_field_of_no_use_spoils_no_file(google_world, token_server, kind):
    path = google_world.file("subject", f"{SECRET_MARK}.subject")
    make = {
        "service_account": token_server.service_account,
        "pool": lambda **changes: token_server.pool({"file": str(path), "url": None, "headers": 5}, **changes),
        "external_login": token_server.external_login,
    }[kind]
    used = make()
    document = make(**{name: value for name, value in OF_NO_USE.items() if name not in used})
    GOOGLES[kind](document)
    google_world.credentials(document)
    google_world.resolves(by=[FIRST])


def test_a_service_account_s_number_of_its_key_need_not_be_a_text(google_world, token_server):
    token_server.on(any_request, lambda service, request: service.granted())
    google_world.credentials(token_server.service_account(client_id=7, universe_domain="googleapis.com", extra=[1]))
    google_world.resolves(by=[FIRST])


@pytest.mark.parametrize("scopes", [["a", "b"], "a b", None, 7, []])
def test_a_login_s_scopes_are_a_list_or_words(google_world, google_server, scopes):
    google_world.credentials(google_server.login(scopes=scopes))
    google_world.resolves(by=[FIRST])
    sent = google_server.requests[0].body.decode()
    assert ("scope=a%20b" in sent or "scope=a+b" in sent) == (scopes in (["a", "b"], "a b")), sent


def test_a_field_that_is_needed_and_of_another_type_is_named(google_world, token_server):
    google_world.credentials(token_server.service_account(client_email=["a@b"]))
    google_world.refused(4, "service account", "client_email")


@pytest.mark.parametrize("universe", [None, UNIVERSE])
def test_the_universe_stands_in_the_address_of_a_pool_s_token_server(google_world, google_names, universe):
    template = "https://sts.{universe_domain}/v1/token"
    subject = google_world.file("subject", f"{SECRET_MARK}.subject")
    host = f"sts.{universe or 'googleapis.com'}"
    with TokenServer(tls=google_names.context(host)) as server:
        google_names.lead(host, server)
        google_world.store.tokens = server.tokens
        more = {"universe_domain": universe} if universe else {}
        document = server.pool({"file": str(subject)}, token_url=template, **more)
        assert identity_pool.Credentials.from_info(document)._token_url == f"https://{host}/v1/token"
        google_world.credentials(document)
        google_world.resolves(by=[FIRST])
        assert google_names.asked == {host}


def test_no_other_address_has_a_gap_for_the_universe(google_world, google_names, token_server):
    template = "https://tokens.{universe_domain}/v1/token"
    document = token_server.pool({"file": "/nowhere"}, token_url=template)
    assert identity_pool.Credentials.from_info(document)._token_url == template
    google_world.credentials(document)
    google_world.refused(4, "token_url")


@pytest.mark.parametrize("depth", [60, 100_000])
def test_a_document_that_is_nested_deeply_is_no_file_of_credentials(google_world, depth):
    google_world.credentials("[" * depth + "]" * depth)
    google_world.refused(4, "is not a Google credentials JSON file")
