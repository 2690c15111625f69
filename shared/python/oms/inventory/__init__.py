"""Stock: what is there, what is promised to whom, what left. Never promises a unit twice."""
