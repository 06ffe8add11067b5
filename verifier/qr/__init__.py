"""A second chance for QR symbols: what they are made of, where they lie, and what their modules most likely say."""
