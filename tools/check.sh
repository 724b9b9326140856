#!/usr/bin/env bash
# Types, lint, format, imports between folders, dead code. ESLint takes as long as the others together, so it runs beside them.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

report=$(mktemp)
npm run lint:code >"$report" 2>&1 &
lint=$!
trap 'kill "$lint" 2>/dev/null || true; rm -f "$report"' EXIT

failed=0
for check in typecheck lint:format lint:rooms lint:dead; do
  npm run "$check" || failed=1
done
wait "$lint" || failed=1
cat "$report"
exit "$failed"
