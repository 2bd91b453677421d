"""Looks for secrets in what a run said and in what it wrote."""

import base64
import urllib.parse

AUTHORIZATION = "AWS4-HMAC-SHA256"


def forms(secret):
    """As it is, as a URL has it, and as base64."""
    return {secret, urllib.parse.quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")}


def leaks(secrets, requests, finished, *folders):
    """Where one of the secrets, or a signature or an authorization header of the requests, is to be seen.

    folders: everything below them is looked at, names included.
    """
    signatures = {request.signed_by[2] for request in requests if request.signed_by}
    needles = {form for secret in secrets for form in forms(secret)} | signatures | {AUTHORIZATION}
    texts = {"standard output": finished.stdout, "standard error": finished.stderr}
    for folder in folders:
        for path in folder.rglob("*"):
            texts[f"the name of {path}"] = path.name
            if path.is_file():
                texts[str(path)] = path.read_bytes().decode("latin-1")
    return [f"{needle} in {place}" for place, text in texts.items() for needle in needles if needle in text]
