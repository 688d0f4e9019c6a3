"""Authlib introspects and revokes tokens: by header and by body, for each application."""

import requests
from authlib.integrations.requests_client import OAuth2Session

from checks import CALLERS, ISSUER, check, equal

METHODS = {"header": "client_secret_basic", "body": "client_secret_post"}
AUDIENCE = CALLERS["apis"][0]["audience"]
SCOPE = CALLERS["scope"]

for place, method in METHODS.items():
    for application in CALLERS["applications"]:
        client_id, client_secret = application["client_id"], application["client_secret"]

        with check(f"Authlib introspects and revokes a token of {client_id} by {place}"):
            metadata = requests.get(f"{ISSUER}/.well-known/oauth-authorization-server", timeout=30).json()
            methods = {"token_endpoint_auth_method": method, "revocation_endpoint_auth_method": method}
            with OAuth2Session(client_id, client_secret, scope=SCOPE, **methods) as session:
                token = session.fetch_token(
                    metadata["token_endpoint"], grant_type="client_credentials", audience=AUDIENCE
                )["access_token"]
                introspect = lambda: session.introspect_token(metadata["introspection_endpoint"], token=token).json()
                asked = introspect()
                equal(asked["active"], True)
                equal(asked["client_id"], client_id)
                equal(session.revoke_token(metadata["revocation_endpoint"], token=token).status_code, 200)
                equal(introspect(), {"active": False})
