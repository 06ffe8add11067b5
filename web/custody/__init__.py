"""Pieces that the house holds for people: each at an address of its own, whose key the house keeps."""
