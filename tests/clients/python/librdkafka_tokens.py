"""librdkafka gets tokens with its OIDC method, for each application, and sends them to a broker.

The broker is a socket that reads the beginning of a connection: the part of the Kafka protocol that contains the token. librdkafka
cannot send an audience, so the server uses the default audience of the application.
"""

import os
import socket
import struct
import time

import jwt
from confluent_kafka import KafkaError, Producer

from checks import CALLERS, ISSUER, check, equal

AUDIENCE = CALLERS["apis"][0]["audience"]
SCOPE = CALLERS["scope"]
# The time limit for a token, and for each message of the broker. Unit: seconds.
WITHIN = 30

HANDSHAKE, VERSIONS = 17, 18
UNSUPPORTED_VERSION = 35


class Broker:
    """A listener that accepts one connection."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0.05)
        self.address = "127.0.0.1:{}".format(self.listener.getsockname()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        """Returns the connection, or nothing if librdkafka has not connected yet."""
        try:
            connection, _ = self.listener.accept()
        except TimeoutError:
            return None
        connection.settimeout(WITHIN)
        return connection


def read(connection):
    """Returns a message without its length."""
    with connection.makefile("rb", buffering=0) as file:
        (length,) = struct.unpack(">i", file.read(4))
        message = b""
        while len(message) < length:
            message += file.read(length - len(message))
    return message


def write(connection, message):
    connection.sendall(struct.pack(">i", len(message)) + message)


def token_of(connection):
    """Answers the messages before the token, and returns the token."""
    while True:
        message = read(connection)
        if message.startswith(b"n,"):
            # RFC 7628, section 3.1.
            (field,) = [part for part in message.split(b"\x01") if part.startswith(b"auth=")]
            return field.removeprefix(b"auth=Bearer ").decode()
        kind, version, number = struct.unpack(">hhi", message[:8])
        if kind == VERSIONS:
            # The broker knows only the first version of the two messages. After the handshake, the token follows without a header.
            error = UNSUPPORTED_VERSION if version else 0
            known = [(HANDSHAKE, 0, 0), (VERSIONS, 0, 0)]
            answer = struct.pack(">hi", error, len(known)) + b"".join(struct.pack(">hhh", *one) for one in known)
        else:
            equal(kind, HANDSHAKE)
            mechanism = b"OAUTHBEARER"
            answer = struct.pack(">hih", 0, 1, len(mechanism)) + mechanism
        write(connection, struct.pack(">i", number) + answer)


def outcome(client_id, client_secret):
    """Returns the token that the broker receives, or the error that librdkafka reports."""
    errors = []
    with Broker() as broker:
        producer = Producer(
            {
                "bootstrap.servers": broker.address,
                "security.protocol": "SASL_PLAINTEXT",
                "sasl.mechanisms": "OAUTHBEARER",
                "sasl.oauthbearer.method": "oidc",
                "sasl.oauthbearer.client.id": client_id,
                "sasl.oauthbearer.client.secret": client_secret,
                "sasl.oauthbearer.scope": SCOPE,
                "sasl.oauthbearer.token.endpoint.url": f"{ISSUER}/oauth2/token",
                "https.ca.location": os.environ["SSL_CERT_FILE"],
                "error_cb": errors.append,
            }
        )
        end = time.monotonic() + WITHIN
        while time.monotonic() < end:
            producer.poll(0)
            if errors:
                return errors[0]
            connection = broker.accept()
            if connection:
                with connection:
                    return token_of(connection)
    raise AssertionError(f"librdkafka has neither a token nor an error after {WITHIN} s")


for application in CALLERS["applications"]:
    client_id, client_secret = application["client_id"], application["client_secret"]

    with check(f"librdkafka sends a token for {client_id} to its broker"):
        token = outcome(client_id, client_secret)
        equal(isinstance(token, str) or str(token), True)
        claims = jwt.decode(token, options={"verify_signature": False})
        equal(claims["sub"], client_id)
        equal(claims["aud"], AUDIENCE)
        equal(claims["scope"], SCOPE)

    with check(f"librdkafka reports invalid_client for {client_id} with a wrong secret"):
        error = outcome(client_id, f"{client_secret}-not")
        equal(isinstance(error, KafkaError), True)
        equal(error.code(), KafkaError._AUTHENTICATION)
        equal("invalid_client" in error.str() or error.str(), True)
