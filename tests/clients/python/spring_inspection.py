"""Requests for introspection as Spring Security sends them: Basic without encoding, or with it in newer releases, and a charset in the media type.

`SpringOpaqueTokenIntrospector` posts the token as a form with `application/x-www-form-urlencoded;charset=UTF-8`, accepts JSON only, and takes every answer
other than 200 with JSON for an error.
"""

from urllib.parse import quote_plus

import requests

from checks import CALLERS, ISSUER, check, equal

AUDIENCE = CALLERS["apis"][0]["audience"]
HEADERS = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded;charset=UTF-8"}


def introspect(client_id, client_secret, token):
    return requests.post(
        f"{ISSUER}/oauth2/introspect", auth=(client_id, client_secret), headers=HEADERS, data={"token": token}, timeout=30
    )


def fetch_token(client_id, client_secret):
    form = {"grant_type": "client_credentials", "audience": AUDIENCE}
    answer = requests.post(f"{ISSUER}/oauth2/token", auth=(client_id, client_secret), data=form, timeout=30)
    return answer.json()["access_token"]


for application in CALLERS["applications"]:
    client_id, client_secret = application["client_id"], application["client_secret"]
    token = fetch_token(quote_plus(client_id), quote_plus(client_secret))
    for release, credentials in {
        "encoded": (quote_plus(client_id), quote_plus(client_secret)),
        "raw": (client_id, client_secret),
    }.items():
        with check(f"a request as Spring sends it introspects a token of {client_id}, {release}"):
            answer = introspect(*credentials, token)
            equal(answer.status_code, 200)
            equal(answer.headers["content-type"], "application/json")
            equal(answer.json()["active"], True)
            equal(answer.json()["sub"], client_id)

    with check(f"a request as Spring sends it revokes a token of {client_id}"):
        form = {"token": token, "token_type_hint": "access_token"}
        auth = (quote_plus(client_id), quote_plus(client_secret))
        answer = requests.post(f"{ISSUER}/oauth2/revoke", auth=auth, headers=HEADERS, data=form, timeout=30)
        equal((answer.status_code, answer.content), (200, b""))
        equal(introspect(*auth, token).json(), {"active": False})
