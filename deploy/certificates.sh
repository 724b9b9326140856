#!/usr/bin/env bash
# Makes what is missing: an authority, and a certificate for each node named. What is there already stays as it is.
set -euo pipefail

# The user that the nodes run as.
owner=1000:1000

[[ -e /authority/ca/ca.key ]] || es-gencert-cli create-ca -out /authority/ca -days 3650

for node in "$@"; do
  # localhost is for the node's own health check.
  [[ -e /certificates/$node/node.key ]] || es-gencert-cli create-node \
    -ca-certificate /authority/ca/ca.crt -ca-key /authority/ca/ca.key \
    -dns-names "$node,localhost" -days 730 -out "/certificates/$node"
  chown "$owner" "/certificates/$node/node.key"
done

cp -f /authority/ca/ca.crt /trust/ca.crt
