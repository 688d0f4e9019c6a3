"""The parts that schemathesis needs in addition to the OpenAPI document; loaded by openapi_checks.py."""

import ipaddress
import json

import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode

NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=20)
V4, V6 = st.ip_addresses(v=4), st.ip_addresses(v=6)


def blocks(addresses, bits):
    """CIDR blocks whose host bits are zero."""
    network = lambda address, prefix: str(ipaddress.ip_network((address, prefix), strict=False))  # noqa: E731
    return st.builds(network, addresses, st.integers(0, bits))


# Our own formats.
schemathesis.openapi.format("address-block", st.one_of(V4.map(str), V6.map(str), blocks(V4, 32), blocks(V6, 128)))
schemathesis.openapi.format(
    "world-toml",
    st.builds(
        '[[{}]]\n{} = "{}"\n'.format,
        *(st.shared(st.sampled_from([("organization", "code"), ("property", "key")]), key="table").map(lambda pair, i=i: pair[i]) for i in (0, 1)),
        NAMES,
    ),
)


@schemathesis.serializer("application/toml")
def toml(_, value):
    """Encodes a body. A value that is not a string is meant to be refused, and its JSON is not valid TOML either."""
    return (value if isinstance(value, str) else json.dumps(value)).encode()


# Members of an application that refer to other records.
REFERENCES = {"org_code", "properties", "token_properties", "token_feature_flags"}


def without_long_reuse(api):
    """An API without its reuse window if that is longer than half of the token lifetime, which no schema can say."""
    half = (api.get("token_lifetime") or 3600) // 2
    return {name: value for name, value in api.items() if name != "token_reuse_seconds" or (value or 0) <= half}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes valid what would be refused for a reason that is not in the schema: reuse windows, and references."""
    is_positive = case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE
    if is_positive and isinstance(case.body, dict):
        if context.operation.label in ("POST /api/v1/apis", "PATCH /api/v1/apis/{api_id}"):
            case.body = without_long_reuse(case.body)
        if context.operation.label == "POST /api/v1/apply" and case.body.get("api"):
            case.body = case.body | {"api": [without_long_reuse(api) for api in case.body["api"]]}
    remove_references(context, case, is_positive)


def remove_references(context, case, is_positive):
    """Removes references from two of three applications, since nearly all would refer to records that do not exist and be refused."""
    is_application = context.operation.label in (
        "POST /api/v1/applications",
        "PATCH /api/v1/applications/{application_id}",
    )
    if is_application and is_positive and isinstance(case.body, dict) and len(str(case.body)) % 3:
        case.body = {name: value for name, value in case.body.items() if name not in REFERENCES}
