"""Other people's implementations of what we implement, asked the same questions."""
