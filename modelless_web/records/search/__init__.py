"""Finding generations again: one index of words, one function that finds whatever was asked."""
