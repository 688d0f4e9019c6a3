# shellcheck shell=bash disable=SC2154
# HAProxy and nginx in front of the server; sourced by run.sh, which sets $temporary, $run and $server_address.

proxy_pids=()
# The number of paths of nginx for the trickle, each with its own connections to the server.
readonly trickle_callers=24

# Sets $nginx_address, so that it can be in the issuer of a server that is started before nginx.
choose_nginx_address() {
  nginx_address=127.0.0.1:$(free_port)
}

# Starts nginx with TLS on $nginx_address. It keeps idle connections to the server for this time, and changes a request as the guide says.
start_nginx() {
  local kept=$1 caller folder=$run/nginx forward
  mkdir "$folder"
  # The lines of docs/guide/production.md, and the one that keeps connections: a location with fields of its own inherits none.
  forward='proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;'
  forward+=' proxy_set_header Connection "";'
  {
    printf 'daemon off;\nmaster_process off;\npid "%s/pid";\nerror_log "%s/error.log";\n' "$folder" "$folder"
    printf 'events { worker_connections 512; }\nhttp {\naccess_log off;\n'
    printf '%s_temp_path "%s/temporary";\n' \
      client_body "$folder" proxy "$folder" fastcgi "$folder" uwsgi "$folder" scgi "$folder"
    printf 'proxy_http_version 1.1;\n'
    printf 'upstream %s { server %s; keepalive 4; keepalive_timeout %ds; }\n' m2m "$server_address" "$kept"
    for ((caller = 0; caller < trickle_callers; caller++)); do
      printf 'upstream m2m-%d { server %s; keepalive 4; keepalive_timeout %ds; }\n' "$caller" "$server_address" "$kept"
    done
    printf 'server {\nlisten %s ssl;\nssl_certificate "%s";\nssl_certificate_key "%s";\n' \
      "$nginx_address" "$temporary/certificates/server.pem" "$temporary/certificates/server.key"
    printf 'location / { proxy_pass http://m2m; %s }\n' "$forward"
    for ((caller = 0; caller < trickle_callers; caller++)); do
      printf 'location = /trickle/%d { proxy_pass http://m2m-%d/tenant/oauth2/token; %s }\n' "$caller" "$caller" "$forward"
    done
    printf '}\n}\n'
  } >"$folder/nginx.conf"
  nginx -p "$folder" -e "$folder/error.log" -c "$folder/nginx.conf" >"$folder/output" 2>&1 &
  proxy_pids+=($!)
  await_port "$nginx_address" "$folder/error.log"
}

# Starts HAProxy, with plain HTTP. Sets $haproxy_address.
start_haproxy() {
  local folder=$run/haproxy
  haproxy_address=127.0.0.1:$(free_port)
  mkdir "$folder"
  cat >"$folder/haproxy.cfg" <<CONFIGURATION
global
  maxconn 100
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen m2m
  bind $haproxy_address
  option forwardfor
  server m2m $server_address
CONFIGURATION
  haproxy -db -f "$folder/haproxy.cfg" >"$folder/output" 2>&1 &
  proxy_pids+=($!)
  await_port "$haproxy_address" "$folder/output"
}

stop_proxies() {
  local pid
  for pid in "${proxy_pids[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  proxy_pids=()
}

free_port() {
  "$python" -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Waits until a program listens on this address; otherwise its log is the reason.
await_port() {
  local address=$1 log=$2 waited
  for ((waited = 0; waited < 100; waited++)); do
    (exec 3<>"/dev/tcp/${address/://}") 2>/dev/null && return
    sleep 0.1
  done
  die "nothing listens on $address: $(<"$log")"
}
