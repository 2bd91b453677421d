"""STS and IAM Identity Center on loopback, as `harness.aws_fakes` has the services beside a machine."""

import json
import re
import time
import urllib.parse

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from harness.aws_fakes import HOUR, SECRET_MARK, Service, json_answer, timestamp
from harness.s3_messages import AUTHORIZATION, escaped, xml


class SecurityTokens(Service):
    """STS. `trusted` may take roles, and so may whoever already has one of it."""

    label = "ROLE"
    web_token = f"{SECRET_MARK}.web.identity-token"
    account = "123456789012"

    def __init__(self, trusted=None, external_ids=None, **options):
        super().__init__(**options)
        """Access key id to secret key and session token."""
        self.trusted = trusted or {}
        """By role."""
        self.external_ids = external_ids or {}
        self.sessions = {}

    @property
    def environment(self):
        return {"AWS_ENDPOINT_URL_STS": self.endpoint}

    def calls(self, action):
        """The parameters of each request for this, with `caller`: the access key id that signed, or None."""
        posts = [({**form(request)}, request.signed_by) for request in self.seen("POST", "/")]
        return [{**fields, "caller": by and by[0]} for fields, by in posts if fields.get("Action") == action]

    def answer(self, request):
        fields = form(request)
        if request.method != "POST" or fields.get("Version") != "2011-06-15":
            return self.refused(400, "InvalidAction", "not of this interface")
        if fields["Action"] == "AssumeRoleWithWebIdentity":
            if fields.get("WebIdentityToken") != self.web_token:
                return self.refused(400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT.")
            return self.assumed(fields, None)
        if refused := self.refusal(request):
            return refused
        if fields["Action"] == "AssumeRole":
            return self.assumed(fields, self.external_ids.get(fields.get("RoleArn")))
        return self.identity(request.signed_by[0])

    def refusal(self, request):
        if request.signed_by is None:
            return self.refused(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
        access, region, signature = request.signed_by
        known = {**self.trusted, **self.keys}
        if access not in known or request.headers.get("x-amz-security-token") != known[access][1]:
            return self.refused(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
        if signature != expected_signature(request, access, known[access][0], region, self.endpoint):
            return self.refused(403, "SignatureDoesNotMatch", "The request signature we calculated does not match")
        return None

    def assumed(self, fields, external_id):
        role, session = fields.get("RoleArn", ""), fields.get("RoleSessionName", "")
        seconds = fields.get("DurationSeconds")
        if len(role) < 20 or not re.fullmatch(r"[\w+=,.@-]{2,64}", session, re.ASCII):
            return self.refused(400, "ValidationError", "RoleArn or RoleSessionName")
        if seconds is not None and not (seconds.isdigit() and 900 <= int(seconds) <= 43200):
            return self.refused(400, "ValidationError", "DurationSeconds")
        if fields.get("ExternalId") != external_id:
            return self.refused(403, "AccessDenied", f"User is not authorized to perform: sts:AssumeRole on {role}")
        keys, lifetime = self.issue()
        self.sessions[keys.access] = f"assumed-role/{role.rpartition('/')[2]}/{session}"
        return sts_result(
            fields["Action"],
            f"<Credentials><AccessKeyId>{keys.access}</AccessKeyId><SecretAccessKey>{escaped(keys.secret)}"
            f"</SecretAccessKey><SessionToken>{escaped(keys.token)}</SessionToken>"
            f"<Expiration>{timestamp(lifetime)}</Expiration></Credentials>",
        )

    def identity(self, access):
        name = self.sessions.get(access, f"user/{access}")
        service = "sts" if access in self.sessions else "iam"
        return sts_result("GetCallerIdentity", f"<Arn>arn:aws:{service}::{self.account}:{name}</Arn>")

    @staticmethod
    def refused(status, code, message):
        return xml(
            '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
            f"<Code>{code}</Code><Message>{message}</Message></Error><RequestId>REQUEST1</RequestId></ErrorResponse>",
            status,
        )


def refused_by_sts(status, code, message):
    return lambda service, request: service.refused(status, code, message)


def sts_result(action, content):
    return xml(f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>{content}'
               f"</{action}Result></{action}Response>")  # fmt: skip


def form(request):
    return dict(urllib.parse.parse_qsl(request.body.decode("ascii"), keep_blank_values=True, strict_parsing=True))


def expected_signature(request, access, secret, region, endpoint):
    """By botocore's own signer for STS, over the headers that the request says are signed."""
    signed = AUTHORIZATION.fullmatch(request.headers["authorization"])[2].split(";")
    assert {"host", "x-amz-date"} <= set(signed), signed
    headers = {name: request.headers[name] for name in signed if name in request.headers}
    rebuilt = AWSRequest(request.method, endpoint + request.target, headers=headers, data=request.body)
    rebuilt.context["timestamp"] = request.headers.get("x-amz-date", "")
    signer = SigV4Auth(Credentials(access, secret), "sts", region)
    return signer.signature(signer.string_to_sign(rebuilt, signer.canonical_request(rebuilt)), rebuilt)


class SingleSignOn(Service):
    """IAM Identity Center: the portal and the service that renews its tokens, which are two hosts with Amazon."""

    label = "SSO"
    account, role = "210987654321", "Reader of models"
    access_token, renewed_token = f"{SECRET_MARK}-sso-token", f"{SECRET_MARK}-sso-token-renewed"
    client = {
        "clientId": "client-1",
        "clientSecret": f"{SECRET_MARK}-client",
        "refreshToken": f"{SECRET_MARK}-refresh-1",
    }

    def __init__(self, **options):
        super().__init__(**options)
        self.valid = {self.access_token}

    @property
    def environment(self):
        return {"AWS_ENDPOINT_URL_SSO": self.endpoint, "AWS_ENDPOINT_URL_SSO_OIDC": self.endpoint}

    @property
    def renewals(self):
        return self.seen("POST", "/token")

    def answer(self, request):
        if (request.method, request.path) == ("POST", "/token"):
            return self.renewed(json.loads(request.body))
        if (request.method, request.path) != ("GET", "/federation/credentials"):
            return json_answer({"message": "no such resource"}, 404)
        if request.headers.get("x-amz-sso_bearer_token") not in self.valid or "authorization" in request.headers:
            return json_answer({"message": "Session token not found or invalid"}, 401)
        if request.query != {"account_id": self.account, "role_name": self.role}:
            return json_answer({"message": "No access"}, 403)
        keys, lifetime = self.issue()
        return json_answer({"roleCredentials": {
            "accessKeyId": keys.access, "secretAccessKey": keys.secret, "sessionToken": keys.token,
            "expiration": int((time.time() + lifetime) * 1000),
        }})  # fmt: skip

    def renewed(self, fields):
        if fields != {**self.client, "grantType": "refresh_token"}:
            return json_answer({"error": "invalid_grant", "error_description": "Invalid refresh token provided"}, 400)
        self.valid = {self.renewed_token}
        return json_answer({"accessToken": self.renewed_token, "expiresIn": 8 * HOUR, "tokenType": "Bearer",
                            "refreshToken": f"{SECRET_MARK}-refresh-2"})  # fmt: skip
