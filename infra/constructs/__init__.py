"""Building blocks of the stacks. Arguments are keyword-only."""
