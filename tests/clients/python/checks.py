"""The parts that the checks of a program share: the callers, and one line of output per check."""

import json
import os
import traceback
from contextlib import contextmanager
from pathlib import Path

ISSUER = os.environ["CLIENTS_ISSUER"]
CALLERS = json.loads(Path(os.environ["CLIENTS_CALLERS"]).read_text(encoding="utf-8"))


@contextmanager
def check(name):
    """Runs one check and prints its result. A check fails by raising an exception."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - after any failure, the next check still runs
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        print(f"failed {name}: {reason}")
        traceback.print_exc(chain=False)
    else:
        print(f"ok {name}")


def equal(actual, expected):
    """Fails with both values if they differ."""
    if actual != expected:
        raise AssertionError(f"{actual!r} is not {expected!r}")
