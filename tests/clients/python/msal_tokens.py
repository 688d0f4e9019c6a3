"""MSAL gets tokens with `oidc_authority`, for each application.

MSAL requires an authorization endpoint in the metadata, and a path in the issuer. It cannot send an audience, so the server uses the
default audience of the application.
"""

import jwt
import msal

from checks import CALLERS, ISSUER, check, equal

AUDIENCE = CALLERS["apis"][0]["audience"]
SCOPE = CALLERS["scope"]


def acquire(client_id, client_secret):
    application = msal.ConfidentialClientApplication(client_id, client_credential=client_secret, oidc_authority=ISSUER)
    return application.acquire_token_for_client(SCOPE.split())


for application in CALLERS["applications"]:
    client_id, client_secret = application["client_id"], application["client_secret"]

    with check(f"MSAL gets a token for {client_id}"):
        result = acquire(client_id, client_secret)
        equal(result.get("error"), None)
        claims = jwt.decode(result["access_token"], options={"verify_signature": False})
        equal(claims["iss"], ISSUER)
        equal(claims["client_id"], client_id)
        equal(claims["aud"], AUDIENCE)
        equal(set(claims["scope"].split()), set(SCOPE.split()))

    with check(f"MSAL sees invalid_client for {client_id} with a wrong secret"):
        result = acquire(client_id, f"{client_secret}-not")
        equal(result.get("error"), "invalid_client")
        equal(bool(result.get("error_description")), True)
