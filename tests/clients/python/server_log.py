"""Holds what the server has logged against what it was sent.

server_log.py LOG
"""

import sys
from pathlib import Path

from checks import CALLERS, check, equal

log = Path(sys.argv[1]).read_text(encoding="utf-8")

with check("X9: the log names the cause of a refusal"):
    equal("secret-wrong" in log, True)

with check("X9: no secret is in the log"):
    secrets = ["your-client-secret", *(application["client_secret"] for application in CALLERS["applications"])]
    equal([secret for secret in secrets if secret in log], [])

with check("X9: no token is in the log"):
    # Each token starts so: the first bytes of a JOSE header, `{"`, in base64url.
    equal("eyJ" in log, False)
