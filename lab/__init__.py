"""The datacenter in a box: a real control plane in user space, its nodes, its meters."""
