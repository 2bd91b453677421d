"""A bucket of Google Cloud Storage that takes only the tokens that it is told, and the program beside it."""

import json
from contextlib import contextmanager
from dataclasses import dataclass

from harness.aws_fakes import SECRET_MARK
from harness.credential_world import ASSET, BUDGET, CONTENT, PIN, missing
from harness.gcs_fault_server import GCSFaultServer
from harness.s3_messages import PREFIX
from harness.secrecy import leaks
from harness.workspace import Workspace, error_text, outcomes


@dataclass
class GoogleWorld:
    store: GCSFaultServer
    workspace: Workspace

    @classmethod
    @contextmanager
    def below(cls, workspace):
        with GCSFaultServer(tokens=set()) as store:
            meta = {"push_date": "2024-03-01T12:00:00+00:00", "is_directory": False}
            store.put(f"{PREFIX}/{ASSET}.versions", json.dumps({"versions": ["1.0"]}).encode())
            store.put(f"{PREFIX}/{ASSET}/1.0.meta", json.dumps(meta).encode())
            store.put(f"{PREFIX}/{ASSET}/1.0", CONTENT)
            workspace.tool.environment = {
                "MODELKIT_ASSETS_DIR": workspace.assets,
                "MODELKIT_STORAGE_TIMEOUT_S": BUDGET,
                "NO_GCE_CHECK": "true",
                **store.environment,
            }
            yield cls(store, workspace)
        assert store.mistakes == []

    @property
    def environment(self):
        return self.workspace.tool.environment

    def file(self, name, content, mode=0o600):
        """Writes a file below the program's home: a text, or a document as JSON."""
        path = self.workspace.tool.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        path.chmod(mode)
        return path

    def credentials(self, content):
        """What GOOGLE_APPLICATION_CREDENTIALS names."""
        path = self.file("credentials.json", content)
        self.environment["GOOGLE_APPLICATION_CREDENTIALS"] = path
        return path

    def resolve(self):
        return self.silent(self.workspace.resolve(PIN, options=["--verbose"]))

    def resolves(self, by=None):
        """Fetches the asset; by: the tokens that were shown, in the order in which they first were."""
        finished = self.resolve().succeeded()
        assert outcomes(finished.report) == {PIN: "fetched"}, str(finished)
        if by is not None:
            shown = list(dict.fromkeys(request.token for request in self.store.requests))
            assert shown == by, f"{shown}, and not {by}"
        return finished

    def refused(self, status, *words):
        """`resolve` and `check` fail alike before the store is asked: both name all of these, and say what to do."""
        finished = self.resolve().failed(status)
        assert missing(words, error_text(finished.report)) == [], str(finished)
        rows = [row for row in self.checked(status).values() if row["state"] == "failed"]
        shown = "\n".join(f"{row['value']} {row['remedy']}" for row in rows)
        assert missing(words, shown) == [], shown
        assert self.store.requests == [], shown
        assert all(row["remedy"] and "modelkit-assets check" not in row["remedy"] for row in rows), shown

    def checked(self, status=0, *options):
        spec = self.workspace.spec(PIN)
        finished = self.silent(self.workspace.tool.run("check", spec, "--format", "json", "--verbose", *options))
        document = finished.failed(status).document
        return {(part["title"], row["name"]): row for part in document["sections"] for row in part["rows"]}

    def silent(self, finished):
        """Nothing that was said or written holds a secret."""
        assert leaks([SECRET_MARK, "PRIVATE KEY"], [], finished, self.workspace.assets) == [], str(finished)
        return finished
