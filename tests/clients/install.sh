# shellcheck shell=bash disable=SC2154
# Installs the clients, pinned by their lock files, below "$clients_target"; sourced by run.sh, which sets that and $here.
#
# Each folder contains a stamp of the lock file from which it was installed: nothing is installed again for the same lock file, and
# an interrupted installation has no stamp and starts again.

# The libraries of Apache HttpClient 4.5, where Debian's package libhttpclient-java installs them.
readonly apache_httpclient=/usr/share/java/httpclient.jar:/usr/share/java/httpcore.jar:/usr/share/java/commons-logging.jar

# Installs everything at once, and sets $node, $python, $rust_client and $java_classes.
install_clients() {
  local pids=() pid
  install_node
  python=$clients_target/python/bin/python
  rust_client=$clients_target/rust/debug/m2m-real-clients
  java_classes=$clients_target/java
  install_npm_packages & pids+=($!)
  build_rust_client & pids+=($!)
  compile_java_clients & pids+=($!)
  install_python_packages
  for pid in "${pids[@]}"; do wait "$pid"; done
}

# Sets $node: the installed one if it is new enough for the clients, otherwise one from npm.
install_node() {
  local oldest=22 folder=$clients_target/node stamp version
  version=$(node --version 2>/dev/null || true)
  version=${version#v}
  if [[ ${version%%.*} =~ ^[0-9]+$ ]] && ((${version%%.*} >= oldest)); then
    node=node
    return
  fi
  stamp=$(stamp_of "$here/node/package-lock.json")
  if ! is_installed "$folder" "$stamp"; then
    say "node is ${version:-not installed}, and the clients need $oldest or newer: installing it from npm"
    start_folder "$folder"
    npm_ci "$here/node" "$folder"
    finish_folder "$folder" "$stamp"
  fi
  node=$(find "$folder/node_modules" -path '*/bin/node' -type f | head -n 1)
  [[ -n $node ]] || die "npm has no node for $(uname -sm); install node $oldest or newer"
}

# Installs the npm packages into the folder of the programs that import them, because modules are searched next to their importer.
install_npm_packages() {
  local folder=$clients_target/npm stamp
  stamp=$(stamp_of "$here/npm/package-lock.json")
  if ! is_installed "$folder" "$stamp"; then
    say "installing the npm clients"
    start_folder "$folder"
    npm_ci "$here/npm" "$folder"
    finish_folder "$folder" "$stamp"
  fi
  cp "$here"/npm/*.mjs "$folder/"
}

# Makes $python the interpreter of an environment with the Python packages.
install_python_packages() {
  local folder=$clients_target/python stamp
  stamp=$(stamp_of "$here/python/requirements.txt" "$(python3 --version)")
  if ! is_installed "$folder" "$stamp"; then
    say "installing the Python clients"
    start_folder "$folder"
    python3 -m venv "$folder"
    "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
      --requirement "$here/python/requirements.txt"
    finish_folder "$folder" "$stamp"
  fi
}

# Builds $rust_client, a program that uses the crates oauth2 and rmcp. Cargo builds it again only if something has changed.
build_rust_client() {
  [[ -x $rust_client ]] || say "building the Rust client"
  cargo build --quiet --locked --manifest-path "$here/rust/Cargo.toml" --target-dir "$clients_target/rust"
}

# Compiles the Java clients. Apache HttpClient is a Debian package: there is no lock file for it.
compile_java_clients() {
  local stamp
  stamp=$(stamp_of <(cat "$here"/java/*.java) "$(javac -version 2>&1)")
  if ! is_installed "$java_classes" "$stamp"; then
    say "compiling the Java clients"
    start_folder "$java_classes"
    javac -Xlint:all,-path -Werror -d "$java_classes" -cp "$apache_httpclient" "$here"/java/*.java
    finish_folder "$java_classes" "$stamp"
  fi
}

npm_ci() {
  local from=$1 to=$2
  cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" "$to/"
  (cd "$to" && npm ci --loglevel=error)
}

stamp_of() {
  local lock=$1 also=${2-}
  printf '%s %s' "$(openssl dgst -sha256 -r "$lock" | cut -d ' ' -f 1)" "$also"
}

is_installed() {
  local folder=$1 stamp=$2
  [[ -f $folder/.installed && $(<"$folder/.installed") == "$stamp" ]]
}

start_folder() {
  rm -rf "$1"
  mkdir -p "$1"
}

finish_folder() {
  printf '%s\n' "$2" >"$1/.installed"
}
