"""The ledger: settled energy in Parquet parts named by their content, and a chain of closes that names the parts."""
