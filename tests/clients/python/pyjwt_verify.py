"""PyJWT verifies tokens of each algorithm, with the JWK set that the metadata names."""

import jwt
import requests
from authlib.integrations.requests_client import OAuth2Session

from checks import CALLERS, ISSUER, check, equal

WELL_KNOWN = ["oauth-authorization-server", "openid-configuration"]
APPLICATION = CALLERS["applications"][0]
REQUIRED = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope"]


for document in WELL_KNOWN:
    for api in CALLERS["apis"]:
        with check(f"PyJWT verifies {api['signing_alg']} through {document}"):
            metadata = requests.get(f"{ISSUER}/.well-known/{document}", timeout=30).json()
            equal(metadata["issuer"], ISSUER)

            with OAuth2Session(APPLICATION["client_id"], APPLICATION["client_secret"]) as session:
                token = session.fetch_token(
                    metadata["token_endpoint"], grant_type="client_credentials", audience=api["audience"]
                )["access_token"]

            key = jwt.PyJWKClient(metadata["jwks_uri"], timeout=30).get_signing_key_from_jwt(token)
            verified = jwt.decode_complete(
                token,
                key,
                algorithms=[api["signing_alg"]],
                audience=api["audience"],
                issuer=ISSUER,
                options={"require": REQUIRED},
            )
            equal(verified["header"]["typ"], "at+jwt")
            equal(verified["header"]["alg"], api["signing_alg"])
            equal(verified["payload"]["sub"], APPLICATION["client_id"])
            equal(verified["payload"]["exp"] - verified["payload"]["iat"], 3600)
