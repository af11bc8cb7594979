"""The parts of the page, each with its own words: what is in them, not how they look."""
