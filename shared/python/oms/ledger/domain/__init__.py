"""Double entry as values. Pure; standard library and kernel only."""
