"""The command line: a noun is a group, a verb is a file; the only room that prints."""
