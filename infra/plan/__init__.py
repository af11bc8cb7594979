"""What every layer registers, known without a cluster, and how two plans differ."""
