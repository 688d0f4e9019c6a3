"""Compares the answer to the printed request with the answer that is printed below it.

printed_answer.py PROFILE HEADERS BODY
"""

import json
import sys
from pathlib import Path

import jwt

from checks import check, equal

profile, headers, body = sys.argv[1], *(Path(name).read_text(encoding="utf-8") for name in sys.argv[2:4])

# RFC 6749, section 5.1, allows an answer to contain the granted scope; the printed one does not contain it.
MEMBERS = {"access_token", "token_type", "expires_in"} | ({"scope"} if profile == "rfc" else set())

with check("K34: the printed curl command returns 200"):
    equal(headers.split()[1], "200")

with check("K34: the printed curl command returns the printed answer"):
    answer = json.loads(body)
    equal(set(answer), MEMBERS)
    equal(answer["token_type"], "Bearer")
    equal(answer["expires_in"], 3600)

with check("K22: the token has exactly the requested scopes"):
    claims = jwt.decode(json.loads(body)["access_token"], options={"verify_signature": False})
    equal(claims["scope"].split(), ["read:users", "write:flags"])
    equal(claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]], ["your-api-audience"])
