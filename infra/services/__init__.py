"""Pure builders of the services that the platform runs: a `Site` in, manifests out. They import only inventory."""
