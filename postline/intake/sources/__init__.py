"""The doors through which bytes come: each only hands them over to `receive`."""
