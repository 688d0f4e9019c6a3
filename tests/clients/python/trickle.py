"""Callers behind nginx send a request now and then. nginx keeps its connections to the server, so some requests arrive on one that
has been idle for nearly as long as nginx keeps it. If the server closed it first, nginx could answer 502: a POST is not sent again.

trickle.py BASE_URL METRICS_URL KEPT CALLERS ROUNDS

KEPT is the time for which nginx keeps an idle connection, in seconds. Each of the CALLERS has a path of its own, for which nginx has
connections of its own, and sends a request in each of the ROUNDS. Their pauses are spread around KEPT, by up to 5 % of it.
"""

import base64
import http.client
import os
import ssl
import sys
import threading
import time
import urllib.request
from collections import Counter
from urllib.parse import urlencode, urlsplit

from checks import CALLERS, check, equal

BASE = urlsplit(sys.argv[1])
METRICS_URL, KEPT, COUNT, ROUNDS = sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
APPLICATION = CALLERS["applications"][0]
CREDENTIALS = base64.b64encode("{client_id}:{client_secret}".format(**APPLICATION).encode()).decode()
BODY = urlencode({"grant_type": "client_credentials", "audience": CALLERS["apis"][0]["audience"]})
HEADERS = {"Authorization": f"Basic {CREDENTIALS}", "Content-Type": "application/x-www-form-urlencoded"}
TRUST = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])


def fetch(caller):
    connection = http.client.HTTPSConnection(BASE.netloc, timeout=30, context=TRUST)
    try:
        connection.request("POST", f"{BASE.path}/{caller}", BODY, HEADERS)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except OSError as error:
        return type(error).__name__
    finally:
        connection.close()


def call(caller, results):
    pause = KEPT * (0.95 + 0.1 * caller / (COUNT - 1))
    for turn in range(ROUNDS):
        if turn:
            time.sleep(pause)
        results[caller, turn] = fetch(caller)


def closed(reason):
    """The number of connections that have ended for this reason, as the server counts them."""
    name = f'm2m_connections_closed_total{{reason="{reason}"}} '
    with urllib.request.urlopen(METRICS_URL, timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return sum(int(line.removeprefix(name)) for line in lines if line.startswith(name))


results = {}
threads = [threading.Thread(target=call, args=(caller, results)) for caller in range(COUNT)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

with check(f"{COUNT} callers behind nginx get {ROUNDS} tokens each, with pauses of about {KEPT:g} s"):
    equal(dict(Counter(results.values())), {200: COUNT * ROUNDS})

with check("nginx sends requests on connections that it has kept, and the server closes none of these before"):
    equal((closed("idle"), COUNT <= closed("done") < COUNT * ROUNDS), (0, True))
