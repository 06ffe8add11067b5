"""The embedded ledger: an EVM chain on SQLite behind standard JSON-RPC on loopback."""
