"""Makes two small assets and pushes them as Python modelkit does: push.py FOLDER"""

import logging
import os
import sys
import time
from pathlib import Path

import structlog
from modelkit.assets.remote import StorageProvider

DEADLINE_SECONDS = 60


def main(folder):
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    make_bucket()
    tokenizer = folder / "tokenizer"
    tokenizer.mkdir()
    (tokenizer / "vocabulary.txt").write_text("".join(f"word{number}\n" for number in range(10_000)))
    (tokenizer / "special tokens.json").write_text('{"unknown": 0}\n')
    classifier = folder / "classifier.bin"
    classifier.write_bytes(bytes(range(256)) * 4096)
    provider = StorageProvider()
    for path, name, version in [(tokenizer, "nlp/tokenizer", "1.0"), (classifier, "sentiment/classifier", "2.0")]:
        provider.new(str(path), name, version)
        print(f"{name}:{version}")


def make_bucket():
    """A server answers some seconds before it can store."""
    make, failures = {"s3": make_on_s3, "gcs": make_on_gcs}[os.environ["MODELKIT_STORAGE_PROVIDER"]]()
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            return make(os.environ["MODELKIT_STORAGE_BUCKET"])
        except failures as error:
            if time.monotonic() > deadline:
                raise
            print(f"waiting for the server: {type(error).__name__}", file=sys.stderr)
            time.sleep(0.2)


def make_on_s3():
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    client = boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT"])

    def make(name):
        if name not in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]:
            client.create_bucket(Bucket=name)
        client.put_object(Bucket=name, Key="ready", Body=b"")

    return make, (BotoCoreError, ClientError)


def make_on_gcs():
    import requests

    url = f"{os.environ['STORAGE_EMULATOR_HOST']}/storage/v1/b?project=example"

    def make(name):
        requests.post(url, json={"name": name}, timeout=5).raise_for_status()

    return make, (requests.RequestException,)


main(Path(sys.argv[1]))
