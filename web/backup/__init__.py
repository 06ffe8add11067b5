"""Backups: one file that holds a house whole, taken while it serves, and brought back with proof that it is right."""
