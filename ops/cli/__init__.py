"""The `oms` command line."""
