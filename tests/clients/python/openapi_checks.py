"""Checks that the OpenAPI document of the management API is valid, and tests every operation against it with schemathesis.

openapi_checks.py FOLDER

The answers are stored in FOLDER until they are counted. They contain tokens and secrets.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import requests
from openapi_spec_validator import OpenAPIV31SpecValidator

from checks import CALLERS, ISSUER, check, equal

HERE = Path(__file__).parent
FOLDER = Path(sys.argv[1])
MANAGEMENT = CALLERS["management"]
DOCUMENT = f"{ISSUER}/api/v1/openapi.json"

ENVIRONMENT = os.environ | {"SCHEMATHESIS_HOOKS": str(HERE / "openapi_hooks.py")}

# All checks of schemathesis except the one that needs two users who must not see each other's records.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
]
PHASES = ["examples", "coverage", "fuzzing", "stateful"]


def get_token():
    form = {"grant_type": "client_credentials", "audience": f"{ISSUER}/api", **MANAGEMENT}
    return requests.post(f"{ISSUER}/oauth2/token", data=form, timeout=30).json()["access_token"]


def run(token):
    """Runs schemathesis, and returns its exit status and the events that it reported."""
    report = FOLDER / "events.ndjson"
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "--config-file",
        str(HERE / "schemathesis.toml"),
        "run",
        DOCUMENT,
        "--phases",
        ",".join(PHASES),
        "--tls-verify",
        os.environ["REQUESTS_CA_BUNDLE"],
        "--header",
        f"Authorization: Bearer {token}",
        "--report-ndjson-path",
        str(report),
        "--no-color",
    ]
    done = subprocess.run(command, cwd=FOLDER, env=ENVIRONMENT, stdout=sys.stderr, check=False)
    with report.open(encoding="utf-8") as lines:
        return done.returncode, [json.loads(line) for line in lines]


def scenarios(events):
    return [event["ScenarioFinished"] for event in events if "ScenarioFinished" in event]


with check("the OpenAPI document is valid OpenAPI 3.1"):
    document = requests.get(DOCUMENT, timeout=30).json()
    equal(document["openapi"].rpartition(".")[0], "3.1")
    OpenAPIV31SpecValidator(document).validate()

status, events = run(get_token())

with check("schemathesis: every operation is tested, all phases run, and there is no internal error"):
    tried = {
        case["value"]["method"] + " " + case["value"]["path"]
        for scenario in scenarios(events)
        for case in scenario["recorder"].get("cases", {}).values()
    }
    written = {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
    }
    equal(sorted(written - tried), [])
    equal(sorted({scenario["phase"] for scenario in scenarios(events)}), sorted(PHASES))
    equal([event for event in events if "NonFatalError" in event or "FatalError" in event], [])

held, broken = Counter(), {}
for scenario in scenarios(events):
    for case, results in scenario["recorder"].get("checks", {}).items():
        for result in results:
            if result["status"] == "success":
                held[result["name"]] += 1
            else:
                value = scenario["recorder"]["cases"][case]["value"]
                broken.setdefault(result["name"], set()).add(f"{value['method']} {value['path']}")

for name in CHECKS:
    with check(f"schemathesis: {name}, {held[name]} times"):
        equal(sorted(broken.get(name, [])), [])
        equal(held[name] > 0, True)

with check("schemathesis reports no other problem"):
    equal(sorted(set(broken) - set(CHECKS)), [])
    equal(status, 0)

with check("the server still runs, and its manager still has access"):
    headers = {"Authorization": f"Bearer {get_token()}"}
    equal(requests.get(f"{ISSUER}/api/v1/environment", headers=headers, timeout=30).status_code, 200)
    own = f"{ISSUER}/api/v1/applications/{MANAGEMENT['client_id']}"
    refusal = requests.delete(own, headers=headers, timeout=30)
    equal((refusal.status_code, refusal.json()["errors"][0]["code"]), (409, "MANAGEMENT_PROTECTED"))
