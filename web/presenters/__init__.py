"""The only map from codes to words."""
