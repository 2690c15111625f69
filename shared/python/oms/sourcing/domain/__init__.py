"""The planner. Pure and deterministic: the same question has the same answer."""
