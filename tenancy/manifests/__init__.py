"""What the cluster is told: pure functions from the site to Kubernetes objects, used by Pulumi and the controller."""
