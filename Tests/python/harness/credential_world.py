"""A bucket that takes only the credentials that it is told, and the program in an environment that holds none."""

import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

import botocore.credentials
import botocore.session
import botocore.tokens

from harness.aws_fakes import SECRET_MARK
from harness.fault_server import FaultServer
from harness.s3_messages import PREFIX
from harness.secrecy import leaks
from harness.workspace import Workspace, error_text, outcomes

ASSET = "small/asset"
PIN = f"{ASSET}:1.0"
CONTENT = b"0123456789abcdef" * 64
REGION = "eu-west-3"
# Short, as some of what is asked fails and goes on failing.
BUDGET = "3"


@dataclass
class CredentialWorld:
    store: FaultServer
    workspace: Workspace

    @classmethod
    @contextmanager
    def below(cls, workspace):
        with FaultServer(keys={}) as store:
            world = cls(store, workspace)
            world.put(ASSET)
            workspace.tool.environment = {
                "MODELKIT_ASSETS_DIR": workspace.assets,
                "MODELKIT_STORAGE_TIMEOUT_S": BUDGET,
                "MODELKIT_STORAGE_PROVIDER": "s3",
                "MODELKIT_STORAGE_BUCKET": "assets",
                "S3_ENDPOINT": store.endpoint,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_EC2_METADATA_DISABLED": "true",
            }
            yield world
        assert store.mistakes == []

    def put(self, name):
        meta = {"push_date": "2024-03-01T12:00:00+00:00", "is_directory": False}
        self.store.put(f"{PREFIX}/{name}.versions", json.dumps({"versions": ["1.0"]}).encode())
        self.store.put(f"{PREFIX}/{name}/1.0.meta", json.dumps(meta).encode())
        self.store.put(f"{PREFIX}/{name}/1.0", CONTENT)

    # What is set up.

    @property
    def home(self):
        return self.workspace.tool.folder

    @property
    def environment(self):
        return self.workspace.tool.environment

    def file(self, name, text, mode=0o600):
        """Writes a file below the program's home."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def config(self, sections):
        return self.file(".aws/config", ini(sections))

    def credentials(self, sections):
        return self.file(".aws/credentials", ini(sections))

    def sso_cache(self, name, **fields):
        """As `aws sso login` leaves it, for a session's name or a start URL."""
        return self.file(f".aws/sso/cache/{hashlib.sha1(name.encode()).hexdigest()}.json", json.dumps(fields))

    def program(self, name, *lines):
        """A shell script, for `credential_process`."""
        return self.file(name, "\n".join(["#!/bin/sh", *lines, ""]), mode=0o700)

    # What comes of it.

    def resolves(self, *names, by=None):
        """Fetches these assets, all else refused by the store.

        by: the access key ids that signed, in the order in which they first did.
        """
        finished = self.resolve(*names).succeeded()
        assert set(outcomes(finished.report).values()) == {"fetched"}, str(finished)
        if by is not None:
            signers = list(dict.fromkeys(request.signed_by[0] for request in self.store.requests))
            assert signers == by, f"{signers} signed, and not {by}"
        return finished

    def resolve(self, *names):
        """At the highest verbosity, which holds no secret either."""
        pins = [f"{name}:1.0" for name in names or [ASSET]]
        return self.silent(self.workspace.resolve(*pins, options=["--verbose"]))

    def checked(self, status=0, *options):
        """The rows of `check --format json`, section and name to row."""
        finished = self.check(*options).failed(status)
        document = finished.document
        assert document["exit_status"] == status, str(finished)
        return {(part["title"], row["name"]): row for part in document["sections"] for row in part["rows"]}

    def check(self, *options):
        spec = self.workspace.spec(PIN)
        return self.silent(self.workspace.tool.run("check", spec, "--format", "json", "--verbose", *options))

    def refused(self, status, *words):
        """`resolve` and `check` fail alike before the store is asked: both name all of these, and say what to do."""
        finished = self.resolve().failed(status)
        said = error_text(finished.report)
        assert missing(words, said) == [], str(finished)
        assert "the store is unreachable" not in said, said
        failed = [row for row in self.checked(status).values() if row["state"] == "failed"]
        shown = "\n".join(f"{row['value']} {row['remedy']}" for row in failed)
        assert missing(words, shown) == [], shown
        assert self.store.requests == [], shown
        # `check` itself is no remedy for what it shows.
        assert all(row["remedy"] and "modelkit-assets check" not in row["remedy"] for row in failed), shown

    def silent(self, finished):
        """Nothing that was said or written holds a secret."""
        assert leaks([SECRET_MARK], self.store.requests, finished, self.workspace.assets) == [], str(finished)
        return finished

    def boto3_access_key(self):
        """Of the credentials that boto3 finds in the program's environment."""
        # Where the home was when botocore was imported, it would look for tokens of single sign-on.
        caches = [
            mock.patch.object(provider, "_SSO_TOKEN_CACHE_DIR", str(self.home / ".aws/sso/cache"))
            for provider in (botocore.credentials.SSOProvider, botocore.tokens.SSOTokenProvider)
        ]
        variables = mock.patch.dict(os.environ, self.workspace.tool.full_environment(), clear=True)
        with variables, caches[0], caches[1]:
            return botocore.session.Session().get_credentials().get_frozen_credentials().access_key


def ini(sections):
    return "".join(f"[{name}]\n{''.join(f'{k} = {v}' + chr(10) for k, v in keys.items())}\n"
                   for name, keys in sections.items())  # fmt: skip


def missing(words, text):
    return [word for word in words if word.lower() not in text.lower()]
