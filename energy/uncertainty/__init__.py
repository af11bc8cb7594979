"""How sure the figures are: from the class of each meter to PUE and CO2e, by the GUM, checked by Monte Carlo."""
