"""The page that a label's own URL opens."""
