"""requests-oauthlib gets tokens: by header and by body, for each application."""

import jwt
from oauthlib.oauth2 import BackendApplicationClient
from oauthlib.oauth2.rfc6749.errors import InvalidClientError
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from checks import CALLERS, ISSUER, check, equal

AUDIENCE = CALLERS["apis"][0]["audience"]
SCOPE = CALLERS["scope"]


def fetch_token(client_id, client_secret, place):
    client = BackendApplicationClient(client_id=client_id, scope=SCOPE.split())
    # In the header as described in its documentation; in the body, the client id is sent together with the secret.
    credentials = {
        "header": {"auth": HTTPBasicAuth(client_id, client_secret)},
        "body": {"client_secret": client_secret, "include_client_id": True},
    }[place]
    with OAuth2Session(client=client) as session:
        return session.fetch_token(f"{ISSUER}/oauth2/token", audience=AUDIENCE, timeout=30, **credentials)


for place in ("header", "body"):
    for application in CALLERS["applications"]:
        client_id, client_secret = application["client_id"], application["client_secret"]

        with check(f"requests-oauthlib gets a token for {client_id} by {place}"):
            token = fetch_token(client_id, client_secret, place)
            equal(token["token_type"], "Bearer")
            equal(token["expires_in"], 3600)
            claims = jwt.decode(token["access_token"], options={"verify_signature": False})
            equal(claims["client_id"], client_id)
            equal(claims["scope"], SCOPE)

        with check(f"requests-oauthlib sees invalid_client for {client_id} with a wrong secret by {place}"):
            try:
                fetch_token(client_id, f"{client_secret}-not", place)
            except InvalidClientError as refusal:
                equal(refusal.error, "invalid_client")
                equal(bool(refusal.description), True)
            else:
                raise AssertionError("a token was issued for a wrong secret")

with check("requests-oauthlib gets a token with the client id both in the header and in the body"):
    application = CALLERS["applications"][1]
    client = BackendApplicationClient(client_id=application["client_id"])
    auth = HTTPBasicAuth(application["client_id"], application["client_secret"])
    with OAuth2Session(client=client) as session:
        token = session.fetch_token(
            f"{ISSUER}/oauth2/token", auth=auth, include_client_id=True, audience=AUDIENCE, timeout=30
        )
    equal(token["token_type"], "Bearer")
