"""The Python SDK of the Model Context Protocol gets tokens for a protected resource: by header and by body, for each application.

The resource is answered in this process: it requires a token of the server, and names the server in its metadata (RFC 9728).
Everything else is sent to the server: the metadata of RFC 8414 and the token request with `resource`.
"""

import asyncio

import httpx2
import jwt
from mcp.client.auth import OAuthTokenError
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider

from checks import CALLERS, ISSUER, check, equal

METHODS = {"header": "client_secret_basic", "body": "client_secret_post"}
RESOURCE = CALLERS["apis"][0]["audience"]
METADATA = RESOURCE.replace(".example/", ".example/.well-known/oauth-protected-resource/")
SCOPE = CALLERS["scope"]


class Storage:
    """The tokens of one caller."""

    tokens = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return None

    async def set_client_info(self, client_info):
        raise AssertionError("the client must not register itself")


def answer(request, keys):
    """The answer of the resource."""
    if str(request.url) == METADATA:
        return httpx2.Response(
            200, json={"resource": RESOURCE, "authorization_servers": [ISSUER], "scopes_supported": SCOPE.split()}
        )
    equal(str(request.url), RESOURCE)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer":
        return httpx2.Response(401, headers={"www-authenticate": f'Bearer resource_metadata="{METADATA}"'})
    key = keys.get_signing_key_from_jwt(token)
    return httpx2.Response(200, json=jwt.decode(token, key, ["ES256"], audience=RESOURCE, issuer=ISSUER))


async def claims_of(client_id, client_secret, method):
    """Calls the resource, and returns the claims that the resource has verified."""
    keys = jwt.PyJWKClient(f"{ISSUER}/.well-known/jwks.json")
    provider = ClientCredentialsOAuthProvider(
        RESOURCE, Storage(), client_id, client_secret, token_endpoint_auth_method=method, scope=SCOPE, issuer=ISSUER
    )
    resource = httpx2.MockTransport(lambda request: answer(request, keys))
    async with httpx2.AsyncClient(auth=provider, mounts={"https://es256.example": resource}, timeout=30) as client:
        reply = await client.get(RESOURCE)
        equal(reply.status_code, 200)
        return reply.json()


for place, method in METHODS.items():
    for application in CALLERS["applications"]:
        client_id, client_secret = application["client_id"], application["client_secret"]

        with check(f"mcp for Python calls a resource as {client_id} by {place}"):
            claims = asyncio.run(claims_of(client_id, client_secret, method))
            equal(claims["client_id"], client_id)
            equal(claims["scope"], SCOPE)

for application in CALLERS["applications"]:
    client_id, client_secret = application["client_id"], application["client_secret"]

    with check(f"mcp for Python sees invalid_client for {client_id} with a wrong secret"):
        try:
            asyncio.run(claims_of(client_id, f"{client_secret}-not", METHODS["header"]))
        except OAuthTokenError as refusal:
            equal("invalid_client" in str(refusal) or str(refusal), True)
        else:
            raise AssertionError("a token was issued for a wrong secret")
