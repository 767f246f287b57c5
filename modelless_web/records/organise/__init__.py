"""How people put what they made in order: one by one, or a whole selection at once."""
