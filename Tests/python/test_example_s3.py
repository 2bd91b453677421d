"""examples/s3, as its README says to run it."""

import os
import subprocess
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/s3"


def test_the_example_starts_a_server_pushes_and_resolves(binary):
    finished = subprocess.run(
        [EXAMPLE / "run", binary], capture_output=True, text=True, timeout=180, env={**os.environ, "NO_COLOR": "1"}
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "all checks passed" in finished.stdout
    there = finished.stdout.split("What is there now\n\n")[1].splitlines()
    assert there == [
        "nlp/tokenizer/1.0/.SUCCESS  0 bytes",
        "nlp/tokenizer/1.0/special tokens.json  15 bytes",
        "nlp/tokenizer/1.0/vocabulary.txt  88890 bytes",
        "sentiment/classifier/.2.0.SUCCESS  0 bytes",
        "sentiment/classifier/2.0  1048576 bytes",
    ]
