"""Google's services that hand tokens out, on loopback; each checks what it gets as the real one does.

`tokens` grows with each answer, so that a store that takes no others proves whose token was used.
"""

import base64
import functools
import json
import time
import urllib.parse

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from harness.aws_fakes import HOUR, SECRET_MARK, Service, json_answer, timestamp
from harness.aws_identity_fakes import expected_signature as amazon_signature
from harness.s3_messages import Request, Response

AUDIENCE = "https://oauth2.googleapis.com/token"
STORAGE = {f"https://www.googleapis.com/auth/devstorage.{name}" for name in ("full_control", "read_only", "read_write")}
AMAZON = "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"
ROBOT = "robot@acme.iam.gserviceaccount.com"


class TokenService(Service):
    """What those that give tokens share."""

    label = "token"

    def __init__(self, **options):
        super().__init__(**options)
        self.tokens = set()

    def issue_token(self):
        with self.lock:
            token = f"{SECRET_MARK}.{self.label}.{len(self.tokens) + 1}"
            self.tokens.add(token)
            return token, self.lifetimes.pop(0) if self.lifetimes else HOUR

    def granted(self, **more):
        token, lifetime = self.issue_token()
        return json_answer({"access_token": token, "expires_in": lifetime, "token_type": "Bearer", **more})


def refused(error, description, status=400, **more):
    return json_answer({"error": error, "error_description": description, **more}, status)


@functools.cache
def private_key():
    """The same for all servers of a process: to find one takes as long as some tests."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class TokenServer(TokenService):
    """The token endpoint: of service accounts, of persons' logins, and of identity pools."""

    def __init__(self, **options):
        super().__init__(**options)
        self.key = private_key()
        self.clock = 0
        """Subject tokens that the pool knows."""
        self.subjects = {f"{SECRET_MARK}.subject"}
        self.refresh_tokens = {f"{SECRET_MARK}-refresh"}
        self.client_secret = f"{SECRET_MARK}-client"
        """Of Amazon: access key id to secret key and session token."""
        self.amazon_keys = {}

    @property
    def pem(self):
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    def service_account(self, **changes):
        """The file of a key, as the console gives it."""
        return {
            "type": "service_account",
            "project_id": "acme",
            "private_key_id": "key-1",
            "private_key": self.pem,
            "client_email": ROBOT,
            "client_id": "1",
            "token_uri": f"{self.endpoint}/token",
            **changes,
        }

    def login(self, **changes):
        """The file that `gcloud auth application-default login` leaves."""
        return {
            "type": "authorized_user",
            "client_id": "client.apps.googleusercontent.com",
            "client_secret": self.client_secret,
            "refresh_token": f"{SECRET_MARK}-refresh",
            # Whatever it says, there is one such server.
            "token_uri": "https://elsewhere.example/token",
            **changes,
        }

    def external_login(self, **changes):
        """The file of a login by another identity provider."""
        return {
            "type": "external_account_authorized_user",
            "client_id": "client",
            "client_secret": self.client_secret,
            "refresh_token": f"{SECRET_MARK}-refresh",
            "token_url": f"{self.endpoint}/v1/oauthtoken",
            **changes,
        }

    def pool(self, source, **changes):
        """The file of an identity pool."""
        return {
            "type": "external_account",
            "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/ci",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": f"{self.endpoint}/v1/token",
            "credential_source": source,
            **changes,
        }

    def answer(self, request):
        form = {name: values[0] for name, values in urllib.parse.parse_qs(request.body.decode()).items()}
        if request.method != "POST" or request.headers.get("content-type") != "application/x-www-form-urlencoded":
            return Response(400)
        match form.get("grant_type"):
            case "urn:ietf:params:oauth:grant-type:jwt-bearer":
                return self.by_assertion(form["assertion"])
            case "refresh_token":
                return self.by_refresh_token(form, request)
            case "urn:ietf:params:oauth:grant-type:token-exchange":
                return self.by_exchange(form)
        return refused("unsupported_grant_type", "Invalid grant_type")

    def by_assertion(self, assertion):
        header, claims, signature = assertion.split(".")
        signed = f"{header}.{claims}".encode()
        try:
            self.key.public_key().verify(unpadded(signature), signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return refused("invalid_grant", "Invalid JWT Signature.")
        header, claims = json.loads(unpadded(header)), json.loads(unpadded(claims))
        now = time.time() + self.clock
        if not now - 600 < claims["iat"] < now + 60 or claims["exp"] <= now:
            return refused(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                "Check your iat and exp values in the JWT claim.",
            )
        expected = {"alg": "RS256", "typ": "JWT", "kid": "key-1"}, ROBOT, AUDIENCE, 3600, STORAGE
        found = header, claims["iss"], claims["aud"], claims["exp"] - claims["iat"], set(claims["scope"].split())
        if found[:4] != expected[:4] or found[4] not in (STORAGE, {"https://www.googleapis.com/auth/iam"}):
            return refused("invalid_grant", f"not as expected: {found}")
        return self.granted()

    def by_refresh_token(self, form, request):
        secret = form.get("client_secret") or basic_password(request)
        if secret != self.client_secret:
            return refused("invalid_client", "The OAuth client was not found.", 401)
        if form["refresh_token"] not in self.refresh_tokens:
            return refused("invalid_grant", "Token has been expired or revoked.")
        return self.granted()

    def by_exchange(self, form):
        if form["subject_token_type"] == "urn:ietf:params:aws:token-type:aws4_request":
            if wrong := self.wrong_amazon_request(form):
                return refused("invalid_grant", wrong)
        elif form["subject_token"] not in self.subjects:
            return refused("invalid_grant", "The given credential is rejected by the attribute condition.")
        if form["requested_token_type"] != "urn:ietf:params:oauth:token-type:access_token" or not form["audience"]:
            return refused("invalid_request", "Invalid request")
        return self.granted(issued_token_type="urn:ietf:params:oauth:token-type:access_token")

    def wrong_amazon_request(self, form):
        """What Amazon, and Google before it sends the request there, would refuse it for."""
        request = json.loads(urllib.parse.unquote(form["subject_token"]))
        headers = {header["key"].lower(): header["value"] for header in request["headers"]}
        if headers.pop("x-goog-cloud-target-resource", None) != form["audience"]:
            return "the audience is another"
        if (request["method"], request["url"]) != ("POST", AMAZON.replace("{region}", "eu-west-3")):
            return f"not who it is: {request['url']}"
        asked = Request("POST", request["url"].partition(".com")[2], headers, b"", 0)
        access, region, signature = asked.signed_by
        secret, token = self.amazon_keys[access]
        if headers.get("x-amz-security-token") != token:
            return "the session token is another"
        endpoint = request["url"].partition("?")[0]
        expected = amazon_signature(asked, access, secret, region, endpoint)
        return None if signature == expected else "the signature does not hold"


class IdentityManagement(TokenService):
    """`generateAccessToken` of IAM: for whoever shows a token of those that it trusts."""

    label = "impersonated"

    def __init__(self, trusted, **options):
        super().__init__(**options)
        self.trusted = trusted

    @property
    def url(self):
        return f"{self.endpoint}/v1/projects/-/serviceAccounts/{ROBOT}:generateAccessToken"

    def impersonation(self, source):
        """The file of whoever takes the robot's name with these credentials."""
        return {
            "type": "impersonated_service_account",
            "service_account_impersonation_url": self.url,
            "source_credentials": source,
        }

    def answer(self, request):
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.trusted:
            message = "Permission 'iam.serviceAccounts.getAccessToken' denied"
            return json_answer({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": message}}, 403)
        wish = json.loads(request.body)
        if set(wish["scope"]) != STORAGE or not wish["lifetime"].endswith("s"):
            return json_answer({"error": {"code": 400, "message": f"not as expected: {wish}"}}, 400)
        token, lifetime = self.issue_token()
        return json_answer({"accessToken": token, "expireTime": timestamp(lifetime)})


class MachineMetadata(TokenService):
    """The metadata service of a machine of Google's."""

    label = "machine"

    @property
    def environment(self):
        """Named, it is not looked for."""
        return {"NO_GCE_CHECK": None, "GCE_METADATA_HOST": self.endpoint.removeprefix("http://")}

    @property
    def address(self):
        """As if the machine's own link-local address were this one: it is looked for there."""
        host = self.endpoint.removeprefix("http://")
        return {"NO_GCE_CHECK": None, "GCE_METADATA_IP": host, "GCE_METADATA_ROOT": host}

    def answer(self, request):
        flavor = (("Metadata-Flavor", "Google"),)
        if request.headers.get("metadata-flavor") != "Google":
            return Response(403, b"Missing Metadata-Flavor:Google header.", flavor)
        match request.path.removeprefix("/computeMetadata/v1/"):
            case "/":
                return Response(200, b"computeMetadata/", flavor)
            case "instance/service-accounts/default/email":
                return Response(200, ROBOT.encode(), flavor)
            case "instance/service-accounts/default/token":
                return self.granted()
        return Response(404, b"", flavor)


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def basic_password(request):
    kind, _, pair = request.headers.get("authorization", "").partition(" ")
    return base64.b64decode(pair).decode().partition(":")[2] if kind == "Basic" else None
