"""The Python SDK of the Model Context Protocol gets tokens for the example orders_api: by header and by body, for each application.

The API refuses the first call with a challenge, and names the server and the scopes in its metadata (RFC 9728). The SDK reads both,
discovers the server by RFC 8414, and gets a token with `resource`.
"""

import asyncio
import os

import httpx2
from mcp.client.auth import OAuthTokenError
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider

from checks import CALLERS, ISSUER, check, equal

METHODS = {"header": "client_secret_basic", "body": "client_secret_post"}
ORDERS = os.environ["CLIENTS_ORDERS"]


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


async def call(client_id, client_secret, method):
    """Creates an order, and returns the answer of the API."""
    provider = ClientCredentialsOAuthProvider(
        ORDERS, Storage(), client_id, client_secret, token_endpoint_auth_method=method, issuer=ISSUER
    )
    async with httpx2.AsyncClient(auth=provider, timeout=30) as client:
        reply = await client.post(ORDERS)
        equal(reply.status_code, 201)
        return reply.text


for place, method in METHODS.items():
    for application in CALLERS["applications"]:
        client_id, client_secret = application["client_id"], application["client_secret"]

        with check(f"mcp for Python calls orders_api as {client_id} by {place}"):
            equal(asyncio.run(call(client_id, client_secret, method)), f"created for {client_id}\n")

for application in CALLERS["applications"]:
    client_id, client_secret = application["client_id"], application["client_secret"]

    with check(f"mcp for Python sees invalid_client for {client_id} with a wrong secret"):
        try:
            asyncio.run(call(client_id, f"{client_secret}-not", METHODS["header"]))
        except OAuthTokenError as refusal:
            equal("invalid_client" in str(refusal) or str(refusal), True)
        else:
            raise AssertionError("a token was issued for a wrong secret")
