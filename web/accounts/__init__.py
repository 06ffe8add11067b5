"""Accounts: passkeys, recovery codes, sessions, roles, and what belongs to a person."""
