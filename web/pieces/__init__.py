"""The pages of a person's pieces: claim, my pieces, report, move."""
