"""Those who use the system: one small class each."""
