"""The one place that starts other programs on the user's behalf: Pulumi's layers."""
