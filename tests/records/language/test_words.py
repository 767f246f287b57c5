"""Words: one folding for both databases."""

import pytest

from modelless_web.records.language.words import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A Light-house, at NIGHT!", ["a", "light", "house", "at", "night"]),
        ("Crème brûlée", ["creme", "brulee"]),
        ("Straße", ["strasse"]),
        ("ﬁsh", ["fish"]),
        ("don't snake_case", ["don", "t", "snake", "case"]),
        ("ΣΊΣΥΦΟΣ σίσυφος", ["σισυφοσ", "σισυφοσ"]),
        ("富士山 Fuji", ["富", "士", "山", "fuji"]),
        ("日本語text", ["日", "本", "語", "text"]),
        ("한국어 사진", ["한국어", "사진"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("a 🦊 fox", ["a", "🦊", "fox"]),
        ("1536x1024 16:9", ["1536x1024", "16", "9"]),
        ("·17 °", ["17", "°"]),
        ("x" * 100, ["x" * 64]),
        ("nul\0led", ["nul", "led"]),
    ],
)
def test_a_text_is_its_folded_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_long_text_is_read_as_far_as_it_is_asked_for() -> None:
    assert words("one two three", 2) == ["one", "two"]
