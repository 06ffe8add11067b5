"""My points: what was earned, why, and what proves it."""
