"""The command line of points."""
