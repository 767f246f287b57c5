"""stub"""


def parse(text: str) -> str:
    return text
