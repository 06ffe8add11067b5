"""The real world behind the verifier's ports."""
