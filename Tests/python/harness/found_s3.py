"""What boto3, called as modelkit's driver calls it, and what the program find of S3 in the same variables and files."""

import os
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from unittest import mock
from urllib.parse import urlsplit

import boto3
import botocore.awsrequest
import botocore.exceptions
import botocore.loaders
import botocore.session
from modelkit.assets.remote import StorageProvider

KEY = "KEY"
# Nobody listens on a port this low, so that what goes there is refused at once.
CLOSED = "http://127.0.0.1:9"

# Reads the descriptions of the services once, where each session has a loader of its own else.
LOADER = botocore.loaders.create_loader()

# By what botocore calls it, what the program's row `source` says.
SOURCES = {
    "explicit": "environment variables",
    "shared-credentials-file": "credentials",
    "config-file": "config",
}


@dataclass(frozen=True)
class Found:
    """Where an object is and who asks for it. Of an origin the port stands only where it is not the scheme's own."""

    access_key: str
    """`environment variables`, or the file: `config` or `credentials`."""
    source: str
    region: str
    endpoint: str
    addressing: str
    address: str


@dataclass(frozen=True)
class Failed:
    """In words. Two failures are equal, whatever their words: neither reaches an object."""

    words: str

    def __eq__(self, other):
        return isinstance(other, Failed)

    def __hash__(self):
        return 0


def environment(variables, folder, bucket):
    """Of both: the variables, and of the rest of the machine nothing. A request is tried once."""
    return {
        "MODELKIT_STORAGE_PROVIDER": "s3",
        "MODELKIT_STORAGE_BUCKET": bucket,
        "MODELKIT_STORAGE_TIMEOUT_S": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "HOME": str(folder),
        **variables,
    }


def by_boto3(variables, folder, bucket):
    """What Python modelkit would send to learn whether `KEY` exists; nothing is sent."""
    with mock.patch.dict(os.environ, environment(variables, folder, bucket), clear=True):
        session = botocore.session.Session()
        session.register_component("data_loader", LOADER)
        try:
            with mock.patch.object(boto3, "DEFAULT_SESSION", boto3.Session(botocore_session=session)):
                client = StorageProvider().driver.client
            sent = []
            client.meta.events.register("before-send.s3", lambda request, **_: sent.append(request) or nothing(request))
            client.head_object(Bucket=bucket, Key=KEY)
        # A RuntimeError is what awscrt, which botocore signs with where it is installed, makes of empty keys.
        except (botocore.exceptions.BotoCoreError, ValueError, RuntimeError) as error:
            return Failed(f"{type(error).__name__}: {error}")
    (request,) = sent
    return found(request, bucket, client._request_signer._credentials.method)


def nothing(request):
    """An answer without headers and body."""
    return botocore.awsrequest.AWSResponse(request.url, 200, {}, SimpleNamespace(stream=lambda *_, **__: iter(())))


def found(request, bucket, method):
    authorization = request.headers["Authorization"]
    if isinstance(authorization, bytes):
        authorization = authorization.decode()
    access_key, _, region, *_ = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    url = urlsplit(plain(request.url))
    is_path = url.path.endswith(f"/{bucket}/{KEY}")
    host = url.netloc if is_path else url.netloc.removeprefix(f"{bucket}.")
    return Found(
        access_key, SOURCES[method], region, f"{url.scheme}://{host}", "path" if is_path else "virtual", url.geturl()
    )


def plain(address):
    """The address without a port that is its scheme's own, its host in lower case."""
    url = urlsplit(address)
    host = url.netloc.lower().removesuffix({"http": ":80", "https": ":443"}[url.scheme])
    return url._replace(netloc=host).geturl()


def run_program(tool, variables, folder, bucket, *options):
    """`check` in the same environment; what is not on loopback is refused by a proxy that is not there."""
    proxies = {"HTTP_PROXY": CLOSED, "HTTPS_PROXY": CLOSED, "MODELKIT_ASSETS_DIR": folder}
    everything = {**environment(variables, folder, bucket), **proxies}
    return tool.run("check", "--format", "json", *options, environment=everything)


def by_program(tool, variables, folder, bucket):
    finished = run_program(tool, variables, folder, bucket)
    sections = {
        section["title"]: {row["name"]: row for row in section["rows"]} for section in finished.document["sections"]
    }
    place, credentials = sections["S3"], sections.get("Credentials", {})
    for row in (place.get("settings"), credentials.get("access key")):
        if row and row["state"] == "failed":
            return Failed(row["value"])
    assert {row["state"] for row in place.values()} == {"info"}, str(finished)
    return Found(
        credentials["access key"]["value"],
        file_of(credentials["source"]["value"]),
        place["region"]["value"],
        plain(place["endpoint"]["value"]),
        place["addressing"]["value"],
        plain(place["object address"]["value"]),
    )


def file_of(source):
    """`profile dev in /a/credentials:3:1` becomes `credentials`."""
    if not source.startswith("profile "):
        return source
    return Path(source.rpartition(" in ")[2].partition(":")[0]).name
