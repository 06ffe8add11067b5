"""The certificate: one PDF/A-3 that says what a piece's record said at one block, with the evidence inside."""
