"""The plant: loads, nodes, feeds, cooling and meters of a site over a month, with the truth that no meter tells."""
