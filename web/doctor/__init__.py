"""The doctor: looks at every part of a house, changes nothing, and says what to do."""
