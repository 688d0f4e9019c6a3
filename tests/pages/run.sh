#!/usr/bin/env bash
# Opens the pages of `m2m serve` in Chromium, and checks them. Prints one line per check, and exits with 1 if one of them failed.
#
#   tests/pages/run.sh target/debug/m2m
set -euo pipefail

pages=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
here=$(cd "$pages/../clients" && pwd)
clients_target=${CARGO_TARGET_DIR:-$pages/../../target}/clients
mkdir -p "$clients_target"
clients_target=$(cd "$clients_target" && pwd)

say() { printf '# %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# shellcheck source=../clients/install.sh
source "$here/install.sh"

binary=${1-}
[[ -n $binary ]] || { printf 'usage: %s M2M_BINARY\n' "$0" >&2; exit 2; }
[[ -x $binary ]] || die "$binary is not an executable file; build it with: cargo build -p m2m"
chromium=$(command -v chromium) || die "chromium is not installed; install the package chromium"

install_node
folder=$clients_target/pages
stamp=$(stamp_of "$pages/package-lock.json")
if ! is_installed "$folder" "$stamp"; then
  say "installing axe-core and playwright-core"
  start_folder "$folder"
  npm_ci "$pages" "$folder"
  finish_folder "$folder" "$stamp"
fi
cp "$pages"/*.mjs "$folder/"

# Keeps the settings of the machine from the server and the browser: no proxy on loopback, no M2M_… variable.
for variable in "${!M2M_@}"; do unset "$variable"; done
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1

say "$("$chromium" --version 2>/dev/null)"
exec "$node" "$folder/pages.mjs" "$binary" "$chromium" "$here/world.toml"
