"""curl gets tokens: by `-u` and by a form, for each application.

curl_tokens.py FOLDER

The refusals are saved unchanged in FOLDER, so that they can be searched for secrets.
"""

import json
import subprocess
import sys
from pathlib import Path

import jwt

from checks import CALLERS, ISSUER, check, equal

REFUSALS = Path(sys.argv[1])
AUDIENCE = CALLERS["apis"][0]["audience"]
SCOPE = CALLERS["scope"]
REQUEST = ["-d", "grant_type=client_credentials", "-d", f"audience={AUDIENCE}", "-d", f"scope={SCOPE}"]


def curl(*arguments):
    """Returns the status and the unchanged answer."""
    command = ["curl", "--include", "--http1.1", *arguments, *REQUEST, f"{ISSUER}/oauth2/token"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(answer.split()[1]), answer


def body(answer):
    return json.loads(answer.split("\n\n", 1)[1])


def credentials(client_id, client_secret, place):
    if place == "-u":
        return ["-u", f"{client_id}:{client_secret}"]
    # `-d` sends a value unchanged, so characters that are special in a form have to be encoded by the caller.
    option = "-d" if client_id == "plain-id" else "--data-urlencode"
    return [option, f"client_id={client_id}", option, f"client_secret={client_secret}"]


for place in ("-u", "a form"):
    for application in CALLERS["applications"]:
        client_id, client_secret = application["client_id"], application["client_secret"]

        with check(f"curl gets a token for {client_id} by {place}"):
            status, answer = curl(*credentials(client_id, client_secret, place))
            equal(status, 200)
            claims = jwt.decode(body(answer)["access_token"], options={"verify_signature": False})
            equal(claims["client_id"], client_id)
            equal(claims["scope"], SCOPE)

        with check(f"curl sees invalid_client for {client_id} with a wrong secret by {place}"):
            status, answer = curl(*credentials(client_id, f"{client_secret}-not", place))
            name = f"{client_id}-{place}.txt".replace("/", "-").replace(" ", "-")
            (REFUSALS / name).write_text(answer, encoding="utf-8")
            equal(status, 401)
            equal(body(answer)["error"], "invalid_client")
            equal("www-authenticate: basic" in answer.lower(), True)
