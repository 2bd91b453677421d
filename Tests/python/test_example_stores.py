"""The examples with a server, as their READMEs say to run them."""

import os
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("example", ["s3", "gcs"])
def test_the_example_starts_a_server_pushes_and_resolves(binary, example):
    before = status()
    finished = subprocess.run(
        [REPOSITORY / "examples" / example / "run", binary],
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert {"s3": "all checks passed", "gcs": "unknown: the store does not report"}[example] in finished.stdout
    assert status() == before
    there = finished.stdout.split("What is there now\n\n")[1].splitlines()
    assert there == [
        "nlp/tokenizer/1.0/.SUCCESS  0 bytes",
        "nlp/tokenizer/1.0/special tokens.json  15 bytes",
        "nlp/tokenizer/1.0/vocabulary.txt  88890 bytes",
        "sentiment/classifier/.2.0.SUCCESS  0 bytes",
        "sentiment/classifier/2.0  1048576 bytes",
    ]


def status():
    return subprocess.check_output(["git", "status", "--short", "examples"], cwd=REPOSITORY, text=True)
