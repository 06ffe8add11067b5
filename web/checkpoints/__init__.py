"""What the house has signed about its ledger, published for everyone."""
