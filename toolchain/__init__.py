"""Which engines Estran drives, at which version, and how each is found, checked, downloaded or built."""
