"""Reports of suspicious pieces: anybody may send one, and nothing of it is kept longer than was said."""
