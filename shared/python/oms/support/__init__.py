"""Support: what a person must decide, with its cause, its safe actions, its owner and its deadline."""
