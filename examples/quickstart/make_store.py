#!/usr/bin/env python3
"""Makes the store of this example, as Python modelkit pushes one.

    pip install modelkit==0.1.3
    python make_store.py [FOLDER]        FOLDER is `store` beside this file unless named

The store is in the repository; this file shows where it came from. Run again, it gives the same bytes: the content is
computed, and the push dates are set instead of read off the clock.
"""

import datetime
import hashlib
import logging
import shutil
import sys
import tempfile
from pathlib import Path
from unittest import mock

import structlog
from modelkit.assets import remote

WORDS = {"en": ["awful", "bad", "fine", "good", "great"], "fr": ["affreux", "mauvais", "correct", "bon", "super"]}


def numbers(seed, count):
    """`count` bytes that depend on `seed` alone, to stand for trained weights."""
    blocks = (hashlib.sha256(f"{seed} {block}".encode()).digest() for block in range(count // 32 + 1))
    return b"".join(blocks)[:count]


def lexicon(*languages):
    return {f"{language}/words.txt": "\n".join([*WORDS[language], ""]).encode() for language in languages}


# In the order in which they were pushed: a file asset is bytes, a directory asset maps paths to bytes.
PUSHES = [
    ("2024-01-15T09:00:00+00:00", "nlp/tokenizer:1.0", b"split on spaces\n"),
    ("2024-02-01T09:00:00+00:00", "nlp/lexicon:1.0", lexicon("en")),
    ("2024-02-20T09:00:00+00:00", "nlp/tokenizer:1.1", b"split on spaces\nsplit off punctuation\n"),
    ("2024-03-05T09:00:00+00:00", "nlp/lexicon:2.0", lexicon("en", "fr")),
    (
        "2024-03-08T09:00:00+00:00",
        "sentiment/classifier:3.1",
        {"labels.json": b'["negative", "neutral", "positive"]\n', "weights.bin": numbers("classifier", 6000)},
    ),
    ("2024-04-02T09:00:00+00:00", "nlp/tokenizer:10.3", b"split by a model of its own\n"),
    (
        "2024-05-10T09:00:00+00:00",
        "vision/weights:2.0",
        {
            "config.json": b'{"layers": 2}\n',
            "fp16/layer-0.bin": numbers("fp16 0", 2048),
            "fp16/layer-1.bin": numbers("fp16 1", 2048),
            "fp16/model.onnx": numbers("fp16 onnx", 1024),
            "fp32/layer-0.bin": numbers("fp32 0", 4096),
            "fp32/layer-1.bin": numbers("fp32 1", 4096),
        },
    ),
]


def push(provider, pin, content):
    name, version = pin.split(":")
    known = provider.driver.exists(provider.get_versions_object_name(name))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "content"
        for part, part_content in content.items() if isinstance(content, dict) else [("", content)]:
            (path / part).parent.mkdir(parents=True, exist_ok=True)
            (path / part).write_bytes(part_content)
        (provider.update if known else provider.new)(str(path), name, version)


def clock(stamp):
    """Stands in for the `datetime` module where modelkit asks it for the push date."""
    moment = datetime.datetime.fromisoformat(stamp)
    return mock.Mock(datetime=mock.Mock(now=moment.astimezone), timedelta=datetime.timedelta)


def main(folder):
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    provider = remote.StorageProvider(provider="local", bucket=str(folder), prefix="modelkit-assets")
    for stamp, pin, content in PUSHES:
        with mock.patch.object(remote, "datetime", clock(stamp)):
            push(provider, pin, content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "store")
