"""The brand's command line."""
