"""Pictures of a site, for the terminal and for a page."""
