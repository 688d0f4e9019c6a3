#!/usr/bin/env python3
"""m2m with the options that it does not know yet: TLS ends here, a data directory is the file that was applied to it.

Goes away, with the lines of run.sh and no_secrets.py that name it, when there are `m2m apply`, --tls-cert and --ops-listen.
"""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

M2M = os.environ["STAND_IN_FOR"]
HELP = subprocess.run([M2M, "serve", "--help"], check=True, capture_output=True, text=True).stdout
KNOWS_APPLY = subprocess.run([M2M, "apply", "--help"], check=False, capture_output=True).returncode == 0


def main(command, *words):
    options = dict(zip(words[::2], words[1::2]))
    if command == "apply":
        if KNOWS_APPLY:
            sys.exit(subprocess.run([M2M, command, *words], check=False).returncode)
        Path(options["--data"]).mkdir()
        shutil.copy(options["-f"], Path(options["--data"], "world.toml"))
        return
    if "--data" in options and not KNOWS_APPLY:
        data = options.pop("--data")
        options |= {"--world": f"{data}/world.toml", "--keys": f"{data}/keys"}
    if "--ops-listen" not in HELP:
        options.pop("--ops-listen", None)
    flags = []
    if "--tls-cert" in options and "--tls-cert" not in HELP:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.pop("--tls-cert"), options.pop("--tls-key"))
        front, behind = socket.create_server(("127.0.0.1", 0)), free_address()
        options["--listen"] = "{}:{}".format(*behind)
        options["--issuer"] = "https://{}:{}".format(*front.getsockname())
        flags = ["--behind-proxy"]
        threading.Thread(target=accept, args=(front, context, behind), daemon=True).start()
    process = subprocess.Popen([M2M, command, *flags, *(word for pair in options.items() for word in pair)])
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    sys.exit(process.wait())


def free_address():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()


def accept(front, context, behind):
    while True:
        connection, _ = front.accept()
        threading.Thread(target=carry, args=(connection, context, behind), daemon=True).start()


def carry(connection, context, behind):
    """Carries what either side says to the other, until the caller has ended."""
    try:
        with context.wrap_socket(connection, server_side=True) as outer, socket.create_connection(behind) as inner:
            threading.Thread(target=copy, args=(inner, outer), daemon=True).start()
            copy(outer, inner)
    except OSError:
        connection.close()


def copy(one, other):
    try:
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


main(*sys.argv[1:])
