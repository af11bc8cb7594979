"""The one typed description of the site; every room reads it, none copies it. Imports nothing of ours."""
