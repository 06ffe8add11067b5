"""NFC tags as the site asks about them: what a message is, and whether its counter was seen before."""
