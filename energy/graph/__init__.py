"""The graph of feeds as energies: what passes each stage, what it loses, and what does not close."""
