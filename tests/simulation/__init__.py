"""The ledger beside a model of itself: the same operations, chosen by a seed, and after every step the same state."""
