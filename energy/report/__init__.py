"""The settled result as a page: lines that add up, ratios computed last, each figure with its flag and its source."""
