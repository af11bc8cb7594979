"""Who bears which joule: largest remainders on whole joules, stage by stage up the feeds."""
