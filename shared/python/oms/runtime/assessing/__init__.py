"""The tasks of the assessment, one module each, so that a function starts with no more than it needs."""
