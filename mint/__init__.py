"""The write side: documents, transactions, labels, actors, the embedded ledger."""
