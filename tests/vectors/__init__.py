"""Answers that every implementation must give, as files."""
