"""Runs the Python example of the guide as printed, with our issuer and audience."""

import contextlib
import io
import os
import pathlib

import jwt
from authlib.integrations.requests_client import OAuth2Session

from checks import CALLERS, ISSUER, check, equal

PAGE = pathlib.Path(__file__).parents[3] / "docs/guide/first-token.md"
APPLICATION = CALLERS["applications"][0]
AUDIENCE = next(api["audience"] for api in CALLERS["apis"] if api["signing_alg"] == "ES256")

with check("the Python example of the guide verifies a token"):
    example = PAGE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    printed = "https://orders.example/api"
    equal(example.count(printed), 1)
    with OAuth2Session(APPLICATION["client_id"], APPLICATION["client_secret"]) as session:
        token = session.fetch_token(f"{ISSUER}/oauth2/token", grant_type="client_credentials", audience=AUDIENCE)
    os.environ |= {"TOKEN": token["access_token"], "M2M_ISSUER": ISSUER}
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(example.replace(printed, AUDIENCE), {})
    claims = jwt.decode(token["access_token"], options={"verify_signature": False})
    equal(output.getvalue().strip(), claims["scope"])
