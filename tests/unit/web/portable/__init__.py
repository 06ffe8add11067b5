"""The page that verifies without us."""
