"""Words every context shares: money, identity, time, errors. Pure; standard library only."""
