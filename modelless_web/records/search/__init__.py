"""Finding generations again: one query language, one index of words, one function that finds."""
