"""Callers behind a proxy get tokens, whatever they send in `X-Forwarded-For`; the address that the proxy adds is the caller's.

proxied_tokens.py PROXY TOKEN_URL

PROXY is the name of the proxy. The application allows only the address of one of two callers, which the other one claims to have.
"""

import base64
import http.client
import json
import os
import ssl
import sys
from urllib.parse import urlencode, urlsplit

from checks import CALLERS, check, equal

PROXY, TOKEN_URL = sys.argv[1], urlsplit(sys.argv[2])
# The address that the application allows, and another one. The proxy itself has an address that the server trusts.
ADDRESS, OTHER = "127.0.0.9", "127.0.0.8"
FORWARDED = {
    "without X-Forwarded-For": [],
    "with another address in X-Forwarded-For": ["198.51.100.7"],
    "with the allowed address in X-Forwarded-For": [ADDRESS],
    "with the address of the proxy in X-Forwarded-For": ["127.0.0.1"],
    "with two addresses in X-Forwarded-For": [f"2001:db8::5, {ADDRESS}"],
    "with two lines of X-Forwarded-For": ["203.0.113.5", ADDRESS],
    "with an X-Forwarded-For that is not an address": ["unknown"],
}
CREDENTIALS = base64.b64encode("{client_id}:{client_secret}".format(**CALLERS["behind_proxy"]).encode()).decode()
BODY = urlencode({"grant_type": "client_credentials", "audience": CALLERS["apis"][0]["audience"], "scope": CALLERS["scope"]})


def connect(address):
    if TOKEN_URL.scheme == "http":
        return http.client.HTTPConnection(TOKEN_URL.netloc, timeout=30, source_address=(address, 0))
    trust = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    return http.client.HTTPSConnection(TOKEN_URL.netloc, timeout=30, source_address=(address, 0), context=trust)


def fetch(address, forwarded):
    """Returns the status of the answer, and the error if there is one."""
    connection = connect(address)
    connection.putrequest("POST", TOKEN_URL.path)
    connection.putheader("Authorization", f"Basic {CREDENTIALS}")
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(len(BODY)))
    for line in forwarded:
        connection.putheader("X-Forwarded-For", line)
    connection.endheaders(BODY.encode())
    answer = connection.getresponse()
    members = json.loads(answer.read())
    connection.close()
    return answer.status, members.get("error")


for title, forwarded in FORWARDED.items():
    with check(f"a caller behind {PROXY} gets a token {title}"):
        equal(fetch(ADDRESS, forwarded), (200, None))

    with check(f"a caller behind {PROXY} that has another address is refused {title}"):
        equal(fetch(OTHER, forwarded), (400, "access_denied"))
