"""The Solidity contracts and the build that turns them into the artifacts of `provenance_schemas/abi`."""
