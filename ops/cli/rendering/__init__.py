"""Documents, as `--json` answers them, as pages for people. None of them holds personal data."""
