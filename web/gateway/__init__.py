"""IPFS content over HTTP, by the Trustless Gateway rules."""
