"""One layer per file: a flat composition of components."""
