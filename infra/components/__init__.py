"""One Pulumi ComponentResource per file: its arguments and itself."""
