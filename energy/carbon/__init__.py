"""Carbon: the operational book, from the grid's own series, interval by interval. Factors are dated, sourced rows."""
