"""Unit tests of web, file by file."""
