"""Authlib gets tokens: by header and by body, for each application."""

import jwt
import requests
from authlib.integrations.requests_client import OAuth2Session, OAuthError

from checks import CALLERS, ISSUER, check, equal

METHODS = {"header": "client_secret_basic", "body": "client_secret_post"}
AUDIENCE = CALLERS["apis"][0]["audience"]
SCOPE = CALLERS["scope"]


def fetch_token(client_id, client_secret, method):
    metadata = requests.get(f"{ISSUER}/.well-known/oauth-authorization-server", timeout=30).json()
    equal(method in metadata["token_endpoint_auth_methods_supported"], True)
    with OAuth2Session(client_id, client_secret, token_endpoint_auth_method=method, scope=SCOPE) as session:
        return session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", audience=AUDIENCE)


for place, method in METHODS.items():
    for application in CALLERS["applications"]:
        client_id, client_secret = application["client_id"], application["client_secret"]

        with check(f"Authlib gets a token for {client_id} by {place}"):
            token = fetch_token(client_id, client_secret, method)
            equal(token["token_type"], "Bearer")
            equal(token["expires_in"], 3600)
            claims = jwt.decode(token["access_token"], options={"verify_signature": False})
            equal(claims["client_id"], client_id)
            equal(claims["scope"], SCOPE)

        with check(f"Authlib sees invalid_client for {client_id} with a wrong secret by {place}"):
            try:
                fetch_token(client_id, f"{client_secret}-not", method)
            except OAuthError as refusal:
                equal(refusal.error, "invalid_client")
                equal(bool(refusal.description), True)
            else:
                raise AssertionError("a token was issued for a wrong secret")
