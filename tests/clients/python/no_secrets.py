"""Searches the files of a run for the secrets that were sent and the tokens that were issued.

no_secrets.py LOG FOLDER...

LOG is the log of the server; the folders contain the other files: databases, metrics, refusals, the output of the clients.
"""

import base64
import re
import sys
from pathlib import Path
from urllib.parse import quote, quote_plus

from checks import CALLERS, check, equal

LOG = Path(sys.argv[1])
FILES = sorted({LOG, *(file for folder in sys.argv[2:] for file in Path(folder).rglob("*") if file.is_file())})

# The beginning of a token: a JOSE header and claims in base64url. One of them alone is not a token: a database contains the word
# `key` next to the names of keys, and some of the names begin with a J.
TOKEN = re.compile(rb"eyJ[A-Za-z0-9_-]{16,}\.eyJ")
PRINTED = ("your-client-id", "your-client-secret")


def spellings(client_id, client_secret):
    """The secret in plain text, as encoded in a form, and as encoded in a Basic header."""
    for encode in (str, quote_plus, quote, lambda text: quote(text, safe="")):
        yield encode(client_secret).encode()
        yield base64.b64encode(f"{encode(client_id)}:{encode(client_secret)}".encode())


SECRETS = {
    spelling
    for client_id, client_secret in [
        PRINTED,
        *((a["client_id"], a["client_secret"]) for a in [CALLERS["management"], CALLERS["behind_proxy"], *CALLERS["applications"]]),
    ]
    for spelling in spellings(client_id, client_secret)
}

with check("X9: the log names the cause of a refusal"):
    equal(b"secret-wrong" in LOG.read_bytes(), True)

with check("X9: the searched files include the metrics"):
    equal(any(file.name == "metrics" and file.stat().st_size > 0 for file in FILES), True)

with check(f"X9: no secret is in any of {len(FILES)} files"):
    contents = {file: file.read_bytes() for file in FILES}
    equal([file.name for file, content in contents.items() if any(secret in content for secret in SECRETS)], [])

with check(f"X9: no token is in any of {len(FILES)} files"):
    equal([file.name for file, content in contents.items() if TOKEN.search(content)], [])
