"""The embedded ledger: an EVM chain on SQLite behind standard JSON-RPC on loopback.

A process of its own. Everything talks to it by URL, as to any node; `start.py` finds or starts it.
One authority seals, so no block is ever replaced: `safe`, `finalized`, `latest` and `pending` are one block.
"""
