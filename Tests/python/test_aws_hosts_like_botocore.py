"""The services that hand out credentials are asked at the hosts that botocore asks, in every partition and variant."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from unittest import mock
from urllib.parse import urlsplit

import botocore.exceptions
import botocore.session
import pytest

from harness.aws_fakes import timestamp
from harness.credential_world import CredentialWorld
from harness.found_s3 import LOADER
from harness.proxy_server import ProxyServer
from harness.s3_messages import Response

REGIONS = [
    "eu-west-1", "us-east-1", "us-gov-west-1", "cn-north-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1",
    "us-isof-south-1", "eusc-de-east-1",
]  # fmt: skip
# More names of regions, of STS alone; None for no region.
ODD_REGIONS = ["fips-us-east-1", "us-west-2-fips", "aws-global", "aws-cn-global", "aws-iso-global", None]
VARIANTS = list(product([False, True], repeat=2))
START = "https://acme.awsapps.com/start"


@dataclass(frozen=True)
class Case:
    service: str
    region: str | None
    fips: bool = False
    dual_stack: bool = False
    legacy: bool = False

    @property
    def keys(self):
        """Of a profile."""
        return {
            **({"use_fips_endpoint": "true"} if self.fips else {}),
            **({"use_dualstack_endpoint": "true"} if self.dual_stack else {}),
            **({"sts_regional_endpoints": "legacy"} if self.legacy else {}),
        }

    @property
    def variables(self):
        return {
            f"AWS_{name.upper()}": value for name, value in self.keys.items()
        }  # AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT, AWS_STS_REGIONAL_ENDPOINTS


CASES = [
    *(Case(service, region, *variant)
      for service, region, variant in product(["sts", "sso", "sso-oidc"], REGIONS, VARIANTS)),
    *(Case("sts", region, *variant) for region, variant in product(ODD_REGIONS, VARIANTS[:1])),
    *(Case("sts", region, legacy=True) for region in ["eu-west-1", "us-west-2", "eu-south-1", "cn-north-1", None]),
    Case("sts", "eu-west-1", fips=True, legacy=True),
]  # fmt: skip

CALLS = {
    "sts": lambda client: client.get_caller_identity(),
    "sso": lambda client: client.get_role_credentials(roleName="r", accountId="123456789012", accessToken="t"),
    "sso-oidc": lambda client: client.create_token(clientId="c", clientSecret="s", grantType="refresh_token"),
}


class Asked(Exception):
    """In place of a request."""


def by_botocore(case):
    """The host and port; None where there is none."""
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "HOME": "/nowhere"}
    with mock.patch.dict(os.environ, {**keys, **case.variables}, clear=True):
        session = botocore.session.Session()
        session.register_component("data_loader", LOADER)
        asked = []

        def stop(request, **_):
            asked.append(urlsplit(request.url).netloc)
            raise Asked

        session.register("before-send", stop)
        try:
            CALLS[case.service](session.create_client(case.service, region_name=case.region))
        except Asked:
            return f"{asked[0]}:443"
        except botocore.exceptions.BotoCoreError:
            return None


def by_program(workspace_class, folder, binary, case, by_profile):
    """What is asked of a proxy, which refuses it."""
    folder.mkdir()
    workspace = workspace_class.below(folder, binary)
    with CredentialWorld.below(workspace) as world, ProxyServer(answer=Response(403)) as proxy:
        world.environment.update({
            "S3_ENDPOINT": "http://127.0.0.1:9", "HTTPS_PROXY": proxy.url,
            "AWS_DEFAULT_REGION": case.region if case.service == "sts" else "eu-west-1",
            **({} if by_profile else case.variables),
        })  # fmt: skip
        profile = case.keys if by_profile else {}
        if case.service == "sts":
            world.environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = world.file("token", "web-token")
            world.environment["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/reader"
            world.config({"default": profile})
        else:
            account = {"sso_session": "acme", "sso_account_id": "123456789012", "sso_role_name": "r"}
            session = {"sso_start_url": START, "sso_region": case.region, "sso_registration_scopes": "sso"}
            world.config({"default": {**profile, **account}, "sso-session acme": session})
            left = 3600 if case.service == "sso" else -60
            world.sso_cache("acme", startUrl=START, region=case.region, accessToken="t", expiresAt=timestamp(left),
                            clientId="c", clientSecret="s", refreshToken="r")  # fmt: skip
        finished = workspace.tool.run("list")
        assert finished.status != 0, str(finished)
        targets = proxy.targets
    assert len(targets) <= 1, str(finished)
    return next(iter(targets), None)


@pytest.mark.parametrize("service", CALLS)
def test_the_host_is_the_one_that_botocore_asks(tmp_path, binary, workspace, service):
    cases = [case for case in CASES if case.service == service]
    # A variable and a key of the profile say the same: each is asked for half of the cases.
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(
            lambda number: by_program(type(workspace), tmp_path / str(number), binary, cases[number], number % 2 == 1),
            range(len(cases)),
        ))  # fmt: skip
    wrong = [
        f"{case}: botocore {expected}, program {host}"
        for case, host, expected in zip(cases, found, map(by_botocore, cases), strict=True)
        if host != expected
    ]
    assert wrong == []
