"""Labels and claim cards, read back before they are released."""
