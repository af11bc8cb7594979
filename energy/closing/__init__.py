"""The close of a month: readings in, settled days and their sums out, kept in the ledger and replayed from it."""
