"""Programs that give a pool's member its token: run only where that is allowed, ended in time, and not believed in all.

See google-auth's `pluggable.py`.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.aws_fakes import SECRET_MARK
from harness.google_fakes import ROBOT, IdentityManagement, TokenServer
from harness.google_world import GoogleWorld

FIRST = f"{SECRET_MARK}.token.1"
SUBJECT = f"{SECRET_MARK}.subject"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
ALLOWED = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"


def answer(**changes):
    """What such a program prints; None leaves a field out."""
    document = {"version": 1, "success": True, "token_type": ID_TOKEN, "id_token": SUBJECT, **changes}
    return {name: value for name, value in document.items() if value is not None}


@dataclass
class Programs:
    world: GoogleWorld
    server: TokenServer

    @property
    def ran(self):
        """How often the program did."""
        log = self.world.workspace.tool.folder / "runs"
        return len(log.read_text().splitlines()) if log.exists() else 0

    @property
    def output(self):
        return self.world.workspace.tool.folder / "output.json"

    def gives(self, document, **settings):
        self.runs(f"cat <<'END'\n{document if isinstance(document, str) else json.dumps(document)}\nEND", **settings)

    def runs(self, script, more=None, words="", **settings):
        """settings: of `executable`; more: of the file."""
        folder = self.world.workspace.tool.folder
        program = self.world.file("give", f"#!/bin/sh\necho run >> '{folder}/runs'\n{script}\n", mode=0o700)
        executable = {"command": f"{program}{words}", **settings}
        self.world.credentials(self.server.pool({"executable": executable}, **(more or {})))

    def remembered(self, document):
        """What an earlier run left in the output file."""
        self.output.write_text(document if isinstance(document, str) else json.dumps(document))
        return str(self.output)


@pytest.fixture
def programs(google_world, token_server):
    google_world.environment[ALLOWED] = "1"
    return Programs(google_world, token_server)


@pytest.mark.parametrize("value", [None, "", "0", "true", "yes", "11"])
def test_no_program_runs_where_the_permission_is(programs, value):
    programs.gives(answer())
    programs.world.environment[ALLOWED] = value
    programs.world.refused(4, ALLOWED, "not allowed by default")
    assert programs.ran == 0


def test_no_kept_answer_serves_without_the_permission(programs):
    kept = programs.remembered(answer(expiration_time=time.time() + 3600))
    programs.gives(answer(), output_file=kept)
    programs.world.environment[ALLOWED] = None
    programs.world.refused(4, ALLOWED)


KINDS = {
    "an id_token": answer(),
    "a jwt": answer(token_type="urn:ietf:params:oauth:token-type:jwt"),
    "a SAML response": answer(
        token_type="urn:ietf:params:oauth:token-type:saml2", id_token=None, saml_response=SUBJECT
    ),
    "a token that ends": answer(expiration_time=int(time.time()) + 3600),
    "a token of version 0": answer(version=0),
}


@pytest.mark.parametrize("case", KINDS)
def test_a_program_gives(programs, case):
    programs.gives(KINDS[case])
    programs.world.resolves(by=[FIRST])
    assert programs.ran == 1


def test_a_program_is_told_what_for(programs):
    script = "env | grep ^GOOGLE_EXTERNAL_ACCOUNT | sort > \"$HOME/told\"; echo \"$1|$2\" >> \"$HOME/told\"\n"
    with IdentityManagement(programs.server.tokens) as iam:
        programs.world.store.tokens = iam.tokens
        programs.runs(f"{script}echo '{json.dumps(answer())}'", more={"service_account_impersonation_url": iam.url},
                      words=" --for 'two words'", output_file=str(programs.output))  # fmt: skip
        programs.world.resolves(by=[f"{SECRET_MARK}.impersonated.1"])
    told = (programs.world.workspace.tool.folder / "told").read_text().splitlines()
    assert {
        f"{ALLOWED}=1",
        "GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE=//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci"
        "/providers/ci",
        f"GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL={ROBOT}",
        "GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE=0",
        f"GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE={programs.output}",
        "GOOGLE_EXTERNAL_ACCOUNT_REVOKE=0",
        "GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE=urn:ietf:params:oauth:token-type:jwt",
        "--for|two words",
    } <= set(told)


# What it printed, and what is said of it.
PRINTED = {
    "nothing": ("", ("printed no token",)),
    "rubbish": ("Error: log in first", ("printed no token", "JSON")),
    "a token and no JSON": (SUBJECT, ("printed no token",)),
    "a list": ("[]", ("printed no token",)),
    "no version": (answer(version=None), ("printed no token", "version")),
    "a version that is not known": (answer(version=2), ("printed no token", "version")),
    "no success": (answer(success=None), ("printed no token", "success")),
    "no type": (answer(token_type=None), ("token_type",)),
    "a type that is not known": (answer(token_type="urn:example:other"), ("token_type",)),
    "no token": (answer(id_token=None), ("no token",)),
    "a token that ended": (answer(expiration_time=int(time.time()) - 60), ("expired token", "expiration_time")),
    "a failure": (
        {"version": 1, "success": False, "code": "401", "message": "Caller not authorized."},
        ("401", "Caller not authorized."),
    ),
    "a failure without words": ({"version": 1, "success": False}, ("failed",)),
}


@pytest.mark.parametrize("case", PRINTED)
def test_a_program_is_not_believed_that_printed(programs, case):
    printed, words = PRINTED[case]
    programs.gives(printed)
    programs.world.refused(4, "external account", "give", *words)
    assert programs.server.requests == []


FAILING = {
    "with a status": ("echo 'the vault is sealed' >&2; exit 7", ("status 7", "the vault is sealed")),
    "by a signal": ("kill -9 $$", ("status 137",)),
    "after a good answer": (f"echo '{json.dumps(answer())}'; exit 1", ("status 1",)),
}


@pytest.mark.parametrize("case", FAILING)
def test_a_program_is_named_that_fails(programs, case):
    script, words = FAILING[case]
    programs.runs(script)
    programs.world.refused(4, "external account", "give", *words)


COMMANDS = {
    "not there": ("/nowhere/give --now", ("/nowhere/give", "cannot be run")),
    "empty": ("", ("invalid command",)),
    "a quote that stays open": ("give 'me", ("invalid command", "quote")),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_a_command_is_refused_that_is(programs, case):
    command, words = COMMANDS[case]
    programs.world.credentials(programs.server.pool({"executable": {"command": command}}))
    programs.world.refused(4, "external account", *words)


def test_no_shell_reads_a_command(programs):
    programs.gives(answer(), words=" ; touch $HOME/touched")
    programs.world.resolves(by=[FIRST])
    assert not (programs.world.workspace.tool.folder / "touched").exists()


# Time


@pytest.mark.parametrize("milliseconds", [1, 4999, 120001, -5000])
def test_a_timeout_is_refused_of(programs, milliseconds):
    programs.gives(answer(), timeout_millis=milliseconds)
    programs.world.refused(4, "timeout_millis", str(milliseconds), "5000")
    assert programs.ran == 0


@pytest.mark.parametrize("script", ["exec sleep 40", "echo '{'; exec sleep 40"], ids=["silent", "in the middle"])
def test_a_program_is_ended_that_hangs(programs, script):
    pid = programs.world.workspace.tool.folder / "pid"
    programs.runs(f"echo $$ > '{pid}'; {script}", timeout_millis=5000)
    finished = programs.world.resolve().failed(4)
    assert "timed out after 5" in finished.stdout
    assert 5 <= finished.seconds < 12, str(finished)
    assert not Path(f"/proc/{pid.read_text().strip()}").exists()


def test_a_program_that_takes_its_time_is_waited_for(programs):
    programs.runs(f"sleep 2; echo '{json.dumps(answer())}'", timeout_millis=5000)
    programs.world.resolves(by=[FIRST])


# The output file

KEPT = {
    "serves until it ends": (lambda: answer(expiration_time=time.time() + 3600), 0),
    "is over": (lambda: answer(expiration_time=time.time() - 60), 1),
    "does not say when it ends": (lambda: answer(), 1),
    "is a failure": (lambda: {"version": 1, "success": False, "code": "401", "message": "no"}, 1),
    "is no JSON": (lambda: "not JSON", 1),
    "is empty": (lambda: "", 1),
}


@pytest.mark.parametrize("case", KEPT)
def test_a_kept_answer(programs, case):
    document, runs = KEPT[case]
    programs.gives(answer(), output_file=programs.remembered(document()))
    programs.world.resolves(by=[FIRST])
    assert programs.ran == runs


def test_a_kept_answer_that_is_not_there_is_not_missed(programs):
    programs.gives(answer(), output_file=str(programs.output))
    programs.world.resolves(by=[FIRST])
    assert programs.ran == 1


def test_a_kept_answer_is_not_written_by_the_program_that_asks(programs):
    programs.gives(answer(expiration_time=int(time.time()) + 3600), output_file=str(programs.output))
    programs.world.resolves()
    assert not programs.output.exists()
