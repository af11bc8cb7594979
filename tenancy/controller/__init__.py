"""The controller: it watches requests, has them decided, makes what was granted, and says so."""
