"""Every change of the exchange with the National Portal. Each module holds one chapter."""
