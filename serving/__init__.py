"""Model serving: what a served model is made of. Imports only inventory; knows no cluster."""
