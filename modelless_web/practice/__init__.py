"""The practice gateway: a pretend OpenAI-compatible gateway that needs no key and costs nothing."""
