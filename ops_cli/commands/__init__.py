"""Commands: a package per noun, a file per verb."""
