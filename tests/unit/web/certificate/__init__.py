"""Certificates: what they say, and what they carry."""
