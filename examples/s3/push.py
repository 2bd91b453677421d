"""Makes two small assets and pushes them as Python modelkit does: push.py FOLDER"""

import logging
import os
import sys
import time
from pathlib import Path

import boto3
import structlog
from botocore.exceptions import BotoCoreError, ClientError
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
    """The server answers some seconds before it can store."""
    client = boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT"])
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            client.create_bucket(Bucket=os.environ["MODELKIT_STORAGE_BUCKET"])
            client.put_object(Bucket=os.environ["MODELKIT_STORAGE_BUCKET"], Key="ready", Body=b"")
            return
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and error.response["Error"]["Code"].startswith("BucketAlready"):
                return
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


main(Path(sys.argv[1]))
