"""The version of METHOD.md: a close made by another version is settled anew, never mixed."""

METHOD_VERSION = "2"
