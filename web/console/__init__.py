"""What staff of the house do: register a piece, print its label and card, record what happens to it."""
