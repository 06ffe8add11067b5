"""The command line: verify a label or a picture."""
