#!/usr/bin/env bash
# Runs third-party clients against `m2m serve`, over TLS: each gets tokens, verifies them, or uses the management API. Some call an API
# that m2m-guard protects. Prints one line per check, and exits with 1 if one of them failed.
#
#   tests/clients/run.sh target/debug/m2m
#   tests/clients/run.sh target/debug/m2m trickle    Only the callers behind nginx with long pauses, for five minutes
set -euo pipefail

# The time limit for a start. A debug build has to generate its keys, including an RSA key. Unit: seconds.
readonly ready_within=60
# The time limit for an orderly stop. Unit: seconds.
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
server_address=
orders_pid=

say() { printf '# %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# shellcheck source=install.sh
source "$here/install.sh"
# shellcheck source=certificates.sh
source "$here/certificates.sh"
# shellcheck source=proxies.sh
source "$here/proxies.sh"

main() {
  binary=${1-}
  only=${2-}
  [[ -n $binary && (-z $only || $only == trickle) ]] || { printf 'usage: %s M2M_BINARY [trickle]\n' "$0" >&2; exit 2; }
  [[ -x $binary ]] || die "$binary is not an executable file; build it with: cargo build -p m2m"
  export CLIENTS_M2M=$(realpath "$binary")
  # Programs that other clients start or call: examples of m2m-guard and m2m-client.
  export CLIENTS_ORDERS_API=${CLIENTS_M2M%/*}/examples/orders_api CLIENTS_CONFORMANCE=${CLIENTS_M2M%/*}/examples/mcp_client
  [[ -x $CLIENTS_ORDERS_API && -x $CLIENTS_CONFORMANCE ]] || die "the examples are not built; build them with: cargo build --workspace --examples"

  temporary=$(mktemp -d)
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  install_clients
  isolate
  if [[ $only == trickle ]]; then
    trickle
  else
    every_run
  fi

  printf '%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}

every_run() {
  begin "other servers" rfc
  checks "$node" "$clients_target/npm/oidc_provider_tokens.mjs"
  checks "$node" "$clients_target/npm/doctor_foreign.mjs"
  checks "$node" "$clients_target/npm/mcp_conformance.mjs"

  begin "rfc" rfc
  start_server --world "$world" --keys "$temporary/keys" "${tls[@]}"
  every_client
  stop_server
  no_secrets

  begin "kinde, from a data directory" kinde
  "$binary" apply -f "$world" --data "$run/data" >"$run/applied" 2>&1 || die "m2m apply failed: $(<"$run/applied")"
  start_server --data "$run/data" "${tls[@]}"
  every_client
  every_inspecting_client
  stop_server
  no_secrets

  managed "kinde, managed" kinde
  managed "rfc, managed" rfc

  proxied

  begin "kinde, plain http" kinde
  start_server --world "$world" --keys "$temporary/keys"
  checks printed_request
  stop_server

  mocked
}

# Runs clients against `m2m mock`, which they ask for errors, over plain HTTP.
mocked() {
  local ready
  begin "mock" rfc
  rm -f "$temporary/ready"
  mkfifo "$temporary/ready"
  "$binary" mock --listen 127.0.0.1:0 >"$temporary/ready" 2>"$run/log" &
  server_pid=$!
  exec {server_output}<"$temporary/ready"
  if ! read -r -t "$ready_within" -u "$server_output" ready; then
    die "the mock exited, or was not ready within $ready_within s; the end of its log: $(tail -n 20 "$run/log")"
  fi
  [[ $ready =~ issuer\ (http://127\.0\.0\.1:[0-9]+) ]] || die "the ready line does not contain an issuer: $ready"
  export CLIENTS_ISSUER=${BASH_REMATCH[1]}
  checks "$node" "$clients_target/npm/mock_errors.mjs"
  checks "$python" "$here/python/mock_errors.py"
  operations=
  stop_server
}

every_client() {
  checks printed_request
  checks "$python" "$here/python/curl_tokens.py" "$run"
  checks "$node" "$clients_target/npm/openid_client_tokens.mjs"
  checks "$node" "$clients_target/npm/oauth4webapi_tokens.mjs"
  checks "$node" "$clients_target/npm/simple_oauth2_tokens.mjs"
  checks "$python" "$here/python/authlib_tokens.py"
  checks "$python" "$here/python/requests_oauthlib_tokens.py"
  checks "$python" "$here/python/librdkafka_tokens.py"
  checks jdk_tokens
  checks apache_tokens
  checks "$node" "$clients_target/npm/jose_verify.mjs"
  checks "$python" "$here/python/pyjwt_verify.py"
  checks "$python" "$here/python/printed_snippet.py"
  checks "$node" "$clients_target/npm/printed_snippet.mjs" "$here/../../docs/guide/protect.md"

  start_orders_api
  checks "$node" "$clients_target/npm/orders_api_calls.mjs"
  checks "$node" "$clients_target/npm/mcp_tokens.mjs"
  checks "$python" "$here/python/mcp_tokens.py"
  checks "$rust_client"
  stop_orders_api
}

# Clients that introspect and revoke tokens. A server of a registry file whose keys outlive it revokes none.
every_inspecting_client() {
  checks "$node" "$clients_target/npm/openid_client_inspection.mjs"
  checks "$python" "$here/python/authlib_inspection.py"
  checks "$python" "$here/python/spring_inspection.py"
}

jdk_tokens() { java -cp "$java_classes" JdkTokens; }
apache_tokens() { java -cp "$java_classes:$apache_httpclient" ApacheTokens; }

# Runs clients of a server behind proxies, with a path in its issuer. nginx keeps its connections for less time than the server.
proxied() {
  begin "rfc, behind proxies" rfc
  start_server_behind_nginx --idle-timeout-seconds 3
  start_nginx 2
  checks "$python" "$here/python/msal_tokens.py"
  checks nginx_tokens
  checks "$python" "$here/python/trickle.py" "https://$nginx_address/trickle" "http://$operations/metrics" 2 "$trickle_callers" 4
  start_haproxy
  checks haproxy_tokens
  stop_proxies
  stop_server
  no_secrets
}

# Sends requests with pauses of about a minute, which is how long nginx keeps idle connections by default, for five minutes.
trickle() {
  begin "rfc, trickle" rfc
  start_server_behind_nginx
  start_nginx 60
  checks "$python" "$here/python/trickle.py" "https://$nginx_address/trickle" "http://$operations/metrics" 60 "$trickle_callers" 6
  stop_proxies
  stop_server
}

haproxy_tokens() { "$python" "$here/python/proxied_tokens.py" HAProxy "http://$haproxy_address/tenant/oauth2/token"; }
nginx_tokens() { "$python" "$here/python/proxied_tokens.py" nginx "https://$nginx_address/tenant/oauth2/token"; }

start_server_behind_nginx() {
  choose_nginx_address
  start_server --world "$world" --keys "$temporary/keys" --issuer "https://$nginx_address/tenant" \
    --trusted-proxies 127.0.0.1 --address-header x-forwarded-for "$@"
}

# Prints the value at this path in callers.json.
caller() {
  "$python" -c 'import functools, json, os, sys
callers = json.load(open(os.environ["CLIENTS_CALLERS"], encoding="utf-8"))
print(functools.reduce(lambda part, name: part[name], sys.argv[1].split("."), callers))' "$1"
}

# Runs clients of the management API against a new data directory, bootstrapped with the credentials in callers.json.
managed() {
  begin "$1" "$2"
  M2M_BOOTSTRAP_CLIENT_ID=$(caller management.client_id) M2M_BOOTSTRAP_CLIENT_SECRET=$(caller management.client_secret) \
    start_server --data "$run/data" "${tls[@]}"
  checks "$node" "$clients_target/npm/kinde_management.mjs"
  [[ $profile != rfc ]] || openapi
  stop_server
  no_secrets
}

# Tests every operation of the OpenAPI document. The answers contain secrets, so they are deleted and not searched.
openapi() {
  mkdir "$temporary/openapi"
  checks "$python" "$here/python/openapi_checks.py" "$temporary/openapi"
  rm -rf "$temporary/openapi"
}

# Keeps the settings of the machine from the clients and the server: no proxy on loopback, no .curlrc, no M2M_… variable, no byte
# code in the sources. The clients trust only the certificate authority that is created for this run.
isolate() {
  local variable
  for variable in "${!M2M_@}"; do unset "$variable"; done
  export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
  export CURL_HOME=$temporary
  export PYTHONDONTWRITEBYTECODE=1
  export CLIENTS_CALLERS=$here/callers.json
  orders_address=127.0.0.1:$(free_port)
  export CLIENTS_ORDERS=http://$orders_address/orders
  world=$temporary/world.toml
  sed "s/127\.0\.0\.1:8081/$orders_address/" "$here/world.toml" >"$world"
  # Debian has haproxy and nginx there, and not every user has it in the path.
  export PATH=$PATH:/usr/sbin

  make_certificates "$temporary/certificates"
  local authority=$temporary/certificates/authority.pem
  tls=(--tls-cert "$temporary/certificates/server.pem" --tls-key "$temporary/certificates/server.key")
  export NODE_EXTRA_CA_CERTS=$authority REQUESTS_CA_BUNDLE=$authority SSL_CERT_FILE=$authority
  # The options of curl in addition to those of the printed command.
  cat >"$CURL_HOME/.curlrc" <<CURLRC
silent
show-error
max-time = 30
cacert = "$authority"
CURLRC
}

# Begins a run: its title, the profile of its server, and a folder for all files that it creates.
begin() {
  title=$1
  profile=$2
  run=$temporary/${title//[!a-z]/-}
  mkdir "$run"
}

# The first curl command of Kinde's page "Authenticate with M2M applications" as printed (row K34), with our host.
printed_request() {
  rm -f "$temporary/headers" "$temporary/body"
  curl --request POST "$CLIENTS_ISSUER/oauth2/token" \
    --header 'Content-Type: application/x-www-form-urlencoded' \
    --data-urlencode 'grant_type=client_credentials' \
    --data-urlencode 'client_id=your-client-id' \
    --data-urlencode 'client_secret=your-client-secret' \
    --data-urlencode 'audience=your-api-audience' \
    --data-urlencode 'scope=read:users write:flags' \
    --dump-header "$temporary/headers" >"$temporary/body"
  "$python" "$here/python/printed_answer.py" "$profile" "$temporary/headers" "$temporary/body"
}

# Starts the server with these options. Sets $server_pid, $server_output, $server_address, $operations and $CLIENTS_ISSUER.
start_server() {
  local ready
  operations=127.0.0.1:$(free_port)
  rm -f "$temporary/ready"
  mkfifo "$temporary/ready"
  "$binary" serve "$@" --profile "$profile" --listen 127.0.0.1:0 --ops-listen "$operations" \
    >"$temporary/ready" 2>"$run/log" &
  server_pid=$!
  # Stays open: the server may print more, and must not find its standard output closed.
  exec {server_output}<"$temporary/ready"
  if ! read -r -t "$ready_within" -u "$server_output" ready; then
    die "the server exited, or was not ready within $ready_within s; the end of its log: $(tail -n 20 "$run/log")"
  fi
  [[ $ready =~ listening\ on\ (127\.0\.0\.1:[0-9]+) ]] || die "the ready line does not contain an address: $ready"
  server_address=${BASH_REMATCH[1]}
  [[ $ready =~ issuer\ (https?://127\.0\.0\.1:[0-9]+[^ ,]*) ]] || die "the ready line does not contain an issuer: $ready"
  export CLIENTS_ISSUER=${BASH_REMATCH[1]}
}

# Saves the metrics of the server, and stops it.
stop_server() {
  [[ -n $server_pid ]] || return 0
  local waited
  if [[ -n $operations ]]; then
    curl --max-time 5 --output "$run/metrics" "http://$operations/metrics" || say "$title: the metrics cannot be read"
  fi
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

# Starts the example orders_api, which trusts the running server. What it prints is searched for tokens too.
start_orders_api() {
  ISSUER=$CLIENTS_ISSUER AUDIENCE=$CLIENTS_ORDERS PROFILE=$profile ADDRESS=$orders_address \
    "$CLIENTS_ORDERS_API" >"$run/orders_api" 2>&1 &
  orders_pid=$!
  await_port "$orders_address" "$run/orders_api"
}

stop_orders_api() {
  [[ -n $orders_pid ]] || return 0
  kill -TERM "$orders_pid" 2>/dev/null || true
  wait "$orders_pid" 2>/dev/null || true
  orders_pid=
}

no_secrets() {
  checks "$python" "$here/python/no_secrets.py" "$run/log" "$run"
}

# Runs a program that prints a line `ok …` or `failed …` for each of its checks, counts the lines, and prints them with the title of
# the run. A program that aborts or checks nothing counts as a failure. The output of the program is kept in the folder of the run.
checks() {
  local line name status=0 passed_before=$passed failed_before=$failed
  name=$(basename "${2:-$1}")
  "$@" >"$run/$name.lines" 2>"$run/$name.errors" || status=$?
  while IFS= read -r line; do
    case $line in
      ok\ *) passed=$((passed + 1)) ;;
      failed\ *) failed=$((failed + 1)) ;;
    esac
    printf '%s: %s\n' "$title" "$line"
  done <"$run/$name.lines"
  if ((failed == failed_before)) && ((status != 0 || passed == passed_before)); then
    failed=$((failed + 1))
    printf '%s: failed %s: exit status %d\n' "$title" "$name" "$status"
  fi
  ((failed == failed_before)) || cat "$run/$name.errors"
}

clean_up() {
  stop_proxies
  stop_orders_api
  stop_server
  rm -rf "$temporary"
}

main "$@"
