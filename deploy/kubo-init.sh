#!/bin/sh
# What docs/content.md asks of a Kubo node of the house. Its image runs this after `ipfs init`, before the daemon.
set -eu
ipfs config --json Datastore.BlockKeyCacheSize 0
ipfs config --json Gateway.NoFetch true
ipfs config --json Gateway.DeserializedResponses false
sed -i 's/"sync": false/"sync": true/' "${IPFS_PATH:-/data/ipfs}/config"
