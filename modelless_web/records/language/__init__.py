"""The query language: what is typed, read as terms, completed on the way and marked in texts."""
