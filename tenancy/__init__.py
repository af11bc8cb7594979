"""Who may have which namespace: requests, rules, decisions, what a namespace is made of, and the controller."""
