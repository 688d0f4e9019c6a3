#!/usr/bin/env bash
# Runs clients that others wrote against `m2m serve --world`: curl, openid-client and Authlib get tokens, jose and PyJWT
# verify them. One line a check; exits with 1 if one of them failed.
#
#   tests/clients/run.sh target/debug/m2m
set -euo pipefail

readonly profiles=(rfc kinde)
# More than a debug build needs to make its keys, an RSA key among them. Unit: seconds.
readonly ready_within=60
# More than the server takes to let its requests finish. Unit: seconds.
readonly stopped_within=15

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
clients_target=${CARGO_TARGET_DIR:-$here/../../target}/clients
mkdir -p "$clients_target"
clients_target=$(cd "$clients_target" && pwd)
readonly here clients_target

passed=0
failed=0
server_pid=
server_output=

say() { printf '# %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# shellcheck source=install.sh
source "$here/install.sh"

main() {
  local binary=${1-} profile
  [[ -n $binary ]] || { printf 'usage: %s M2M_BINARY\n' "$0" >&2; exit 2; }
  [[ -x $binary ]] || die "there is no program at $binary; make it with: cargo build -p m2m-server"

  temporary=$(mktemp -d)
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  isolate

  install_node
  install_npm_packages
  install_python_packages

  for profile in "${profiles[@]}"; do
    start_server "$binary" "$profile"
    checks "$profile" printed_request "$profile"
    checks "$profile" "$node" "$clients_target/npm/openid_client_tokens.mjs"
    checks "$profile" "$python" "$here/python/authlib_tokens.py"
    checks "$profile" "$node" "$clients_target/npm/jose_verify.mjs"
    checks "$profile" "$python" "$here/python/pyjwt_verify.py"
    stop_server
    checks "$profile" "$python" "$here/python/server_log.py" "$server_log"
  done

  printf '%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}

# Nothing of the machine's own settings may reach a client or the server: no proxy on loopback, no .curlrc, no M2M_… variable,
# no byte code in the sources.
isolate() {
  local variable
  for variable in "${!M2M_@}"; do unset "$variable"; done
  export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
  export CURL_HOME=$temporary
  export PYTHONDONTWRITEBYTECODE=1
  # The server speaks plain http on loopback, which Authlib refuses unless it is told that this is meant.
  export AUTHLIB_INSECURE_TRANSPORT=1
  export CLIENTS_CALLERS=$here/callers.json
  # What curl is to do beyond the command as it is printed.
  cat >"$CURL_HOME/.curlrc" <<CURLRC
silent
show-error
max-time = 30
dump-header = "$temporary/headers"
CURLRC
}

# The first curl command of "Authenticate with M2M applications" as it stands there (row K34); only the host is ours.
printed_request() {
  local profile=$1
  rm -f "$temporary/headers" "$temporary/body"
  curl --request POST "$CLIENTS_ISSUER/oauth2/token" \
    --header 'Content-Type: application/x-www-form-urlencoded' \
    --data-urlencode 'grant_type=client_credentials' \
    --data-urlencode 'client_id=your-client-id' \
    --data-urlencode 'client_secret=your-client-secret' \
    --data-urlencode 'audience=your-api-audience' \
    --data-urlencode 'scope=read:users write:flags' >"$temporary/body"
  "$python" "$here/python/printed_answer.py" "$profile" "$temporary/headers" "$temporary/body"
}

# Sets $server_pid, $server_log and $CLIENTS_ISSUER. Both profiles share one folder of keys: the first makes them, the second
# reads them.
start_server() {
  local binary=$1 profile=$2 ready
  server_log=$temporary/$profile.log
  rm -f "$temporary/ready"
  mkfifo "$temporary/ready"
  "$binary" serve --world "$here/world.toml" --listen 127.0.0.1:0 --keys "$temporary/keys" --profile "$profile" \
    >"$temporary/ready" 2>"$server_log" &
  server_pid=$!
  # Stays open: the server may print more, and must not find its standard output closed.
  exec {server_output}<"$temporary/ready"
  if ! read -r -t "$ready_within" -u "$server_output" ready; then
    die "the server ended, or was not ready within $ready_within s; it said: $(tail -n 20 "$server_log")"
  fi
  [[ $ready =~ listening\ on\ 127\.0\.0\.1:[0-9]+ && $ready =~ issuer\ (http://127\.0\.0\.1:[0-9]+) ]] ||
    die "the ready line names no address and issuer: $ready"
  export CLIENTS_ISSUER=${BASH_REMATCH[1]}
}

stop_server() {
  [[ -n $server_pid ]] || return 0
  local waited
  kill -TERM "$server_pid" 2>/dev/null || true
  for ((waited = 0; waited < stopped_within * 10; waited++)); do
    kill -0 "$server_pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$server_pid" 2>/dev/null && say "the server did not stop within $stopped_within s"
  wait "$server_pid" 2>/dev/null || true
  server_pid=
  [[ -z $server_output ]] || exec {server_output}<&-
  server_output=
}

# Runs a program that prints a line `ok …` or `failed …` for each of its checks, counts them, and shows them under the
# profile. A program that breaks off, or that checks nothing, is a failure of its own.
checks() {
  local profile=$1 line status=0 passed_before=$passed failed_before=$failed
  shift
  "$@" >"$temporary/lines" 2>"$temporary/errors" || status=$?
  while IFS= read -r line; do
    case $line in
      ok\ *) passed=$((passed + 1)) ;;
      failed\ *) failed=$((failed + 1)) ;;
    esac
    printf '%s: %s\n' "$profile" "$line"
  done <"$temporary/lines"
  if ((failed == failed_before)) && ((status != 0 || passed == passed_before)); then
    failed=$((failed + 1))
    printf '%s: failed %s: exit status %d\n' "$profile" "$(basename "${*: -1}")" "$status"
  fi
  ((failed == failed_before)) || cat "$temporary/errors"
}

clean_up() {
  stop_server
  rm -rf "$temporary"
}

main "$@"
