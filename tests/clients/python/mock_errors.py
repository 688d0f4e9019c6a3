"""Authlib gets tokens from `m2m mock`, and sees each error that the mock is asked to answer."""

import jwt
import requests
from authlib.integrations.requests_client import OAuth2Session, OAuthError

from checks import ISSUER, check, equal

CLIENT_ID = "authlib"
AUDIENCE = "https://orders.example/api"

# The codes of RFC 6749 and RFC 6750 (rows G8 to G18). Authlib reads the body of an answer below 500, and raises the error of
# `requests` for others.
CODES = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "access_denied",
    "server_error",
    "temporarily_unavailable",
    "invalid_token",
    "insufficient_scope",
]


def control(method, path, body=None):
    headers = {"Content-Type": "application/json"}
    response = requests.request(method, f"{ISSUER}/mock{path}", json=body, headers=headers, timeout=30)
    equal(response.headers["M2m-Mock"], "not for production")
    response.raise_for_status()
    return response.json()


def force(**answer):
    """The next token request of this program is answered like this."""
    control("POST", "/forced-answers", {"client_id": CLIENT_ID, "times": 1, **answer})


def fetch_token(timeout=30, **parameters):
    with OAuth2Session(CLIENT_ID, "any", token_endpoint_auth_method="client_secret_post") as session:
        endpoint = metadata["token_endpoint"]
        return session.fetch_token(
            endpoint, grant_type="client_credentials", audience=AUDIENCE, timeout=timeout, **parameters
        )


def refusal(*expected, **parameters):
    """Returns the exception with which a request for a token failed."""
    try:
        fetch_token(**parameters)
    except expected as error:
        return error
    raise AssertionError("a token was issued")


metadata = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=30).json()

with check("Authlib gets a token from the mock that its JWK set verifies"):
    token = fetch_token(scope="read:orders")
    key = jwt.PyJWKClient(metadata["jwks_uri"]).get_signing_key_from_jwt(token["access_token"])
    claims = jwt.decode(token["access_token"], key, algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER)
    equal((claims["client_id"], claims["aud"], claims["scope"]), (CLIENT_ID, AUDIENCE, "read:orders"))

for code in CODES:
    with check(f"Authlib sees {code} of the mock"):
        force(error=code, description="forced for a test")
        error = refusal(OAuthError, requests.HTTPError)
        if isinstance(error, requests.HTTPError):
            equal(error.response.status_code >= 500, True)
            equal(error.response.json()["error"], code)
        else:
            equal((error.error, error.description), (code, "forced for a test"))
        fetch_token()

with check("Authlib sees the time to retry of the mock"):
    force(status=503, retry_after=7)
    equal(refusal(requests.HTTPError).response.headers["Retry-After"], "7")

for broken in ["not-json", "html", "empty", "truncated", "closed"]:
    with check(f"Authlib fails on an answer of the mock that is broken: {broken}"):
        force(broken=broken)
        refusal(requests.RequestException, ValueError)
        fetch_token()

with check("Authlib ends a request to the mock that takes too long"):
    force(delay_ms=3000)
    refusal(requests.Timeout, timeout=1)
    fetch_token()

with check("Authlib gets the claims and the times that the mock is asked for"):
    control("PUT", "/clock", {"time": 1_800_000_000, "frozen": True})
    force(token={"lifetime": 60, "claims": {"org_code": "org_acme"}})
    token = fetch_token()
    claims = jwt.decode(token["access_token"], options={"verify_signature": False})
    equal((token["expires_in"], claims["iat"], claims["exp"]), (60, 1_800_000_000, 1_800_000_060))
    equal(claims["org_code"], "org_acme")
    control("DELETE", "/clock")

with check("the mock lists the requests of Authlib without its secret"):
    own = [request for request in control("GET", "/requests")["requests"] if request["client_id"] == CLIENT_ID]
    equal(len(own) > 20, True)
    equal({request["authentication_method"] for request in own}, {"client_secret_post"})
