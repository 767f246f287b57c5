"""From words to wishes: which scene, which light and which colours a prompt asks for.

No Pillow here, so that an answer can describe a picture before anything is drawn.
"""

import colorsys
import hashlib
import random
import re
from dataclasses import dataclass, replace

type Colour = tuple[int, int, int]

LEAST_SIDE, MOST_SIDE, SIDE = 64, 2048, 1024


@dataclass(frozen=True, slots=True)
class Mood:
    """The light of a picture: its colours from the top of the sky down to the dark foreground."""

    phrase: str
    sky: tuple[Colour, ...]  # from the zenith to the horizon
    sun: Colour
    haze: Colour  # what distance fades into
    near: Colour  # the darkest foreground
    accents: tuple[Colour, ...]
    sun_height: float = 0.3  # above the horizon, as a part of the sky
    stars: float = 0.0
    clouds: float = 0.5
    mist: float = 0.3
    moon: bool = False


def _hex(*codes: str) -> tuple[Colour, ...]:
    return tuple((int(c[0:2], 16), int(c[2:4], 16), int(c[4:6], 16)) for c in codes)


def _mood(
    phrase: str,
    sky: str,
    others: str,
    accents: str,
    *,
    sun_height: float = 0.3,
    stars: float = 0.0,
    clouds: float = 0.5,
    mist: float = 0.3,
    moon: bool = False,
) -> Mood:
    sun, haze, near = _hex(*others.split())
    return Mood(
        phrase,
        _hex(*sky.split()),
        sun,
        haze,
        near,
        _hex(*accents.split()),
        sun_height=sun_height,
        stars=stars,
        clouds=clouds,
        mist=mist,
        moon=moon,
    )


MOODS: dict[str, Mood] = {
    "golden": _mood(
        "in the warm light of golden hour",
        "3d5a8c 7f86a8 d9a48c f7b96b ffdf9e",
        "fff3cf f4b98a 2b1a2b", "ff9e5e ffd27a c8553d 7a3b4f",
        sun_height=0.2, clouds=0.75, mist=0.35,
    ),
    "dusk": _mood(
        "as dusk settles",
        "1e1b4b 4a2c73 a3497f ee7b6c ffc38a",
        "ffe3b0 c9658a 180f2c", "ff7b72 ffb36b 8e4fb0 3f6fb5",
        sun_height=0.08, stars=0.25, clouds=0.8, mist=0.35,
    ),
    "dawn": _mood(
        "in the first light of morning",
        "6d8fc4 a3b5dc e2c6d8 fbd3c1 fff0d6",
        "fffaf0 e6c9d4 2d3350", "f5a6a0 ffd9a8 8fb0d9 b98fc4",
        sun_height=0.14, clouds=0.5, mist=0.7,
    ),
    "day": _mood(
        "under a clear bright sky",
        "2468b4 4a90d6 86bdea bfe0f4 eaf6f8",
        "fffdf0 b9d6ea 16324a", "f6c453 e8743b 3aa17e f2efe4",
        sun_height=0.62, clouds=0.7, mist=0.25,
    ),
    "night": _mood(
        "on a still, starlit night",
        "050a1f 0a1636 132a57 234a7c 3f6f9c",
        "f3f1e0 2e5484 040812", "ffd98a 8fd0ff b48cff 5fe0c8",
        sun_height=0.62, stars=1.0, clouds=0.3, mist=0.4, moon=True,
    ),
    "storm": _mood(
        "under a brooding storm",
        "1a222c 2d3a48 4c5d6b 7d8f98 b9c3bf",
        "eef2e6 74868f 0d141a", "d8b46a 5e7f8c 93a7ad c0ccc6",
        sun_height=0.3, clouds=1.3, mist=0.55,
    ),
    "fog": _mood(
        "wrapped in soft fog",
        "9fb0b8 b5c2c6 c9d2d2 dbe0dc e9eae3",
        "fffdf2 d3dad8 33434a", "8ba5a4 c9b79b 6f8790 e3d8c6",
        sun_height=0.4, clouds=0.25, mist=1.0,
    ),
    "neon": _mood(
        "glowing with neon",
        "0b0524 1d0b47 4a117a a81d8f ff4fa3",
        "ffd1f3 8a2b9c 07031a", "00e5ff ff2fb9 8c5bff ffe14d",
        sun_height=0.2, stars=0.6, clouds=0.3, mist=0.4,
    ),
    "pastel": _mood(
        "in gentle pastels",
        "a8c8ee c3cdf2 e0cdf0 f6d2e2 fdebd8",
        "fffaf2 e3d3ec 6a6492", "f7b2c4 ffd7a8 a9dcc9 b6b4ec",
        sun_height=0.34, clouds=0.85, mist=0.5,
    ),
    "dramatic": _mood(
        "in dramatic light",
        "10182e 28325a 6b3f5f d0603f ffb454",
        "fff0c2 8f4a55 0b0a16", "ff7a3c ffc857 a83254 3f5fa8",
        sun_height=0.12, clouds=1.15, mist=0.3,
    ),
    "autumn": _mood(
        "in the colours of autumn",
        "6f8fa6 a9b3ae dcc6a0 f0c98a fbe3b4",
        "fff4d6 d9b48c 2e1c16", "d9622b e8a33d a83a2a 8a7a35",
        sun_height=0.36, clouds=0.5, mist=0.5,
    ),
    "winter": _mood(
        "on a crisp winter day",
        "5a86b8 8fb2d6 bcd3e6 dde8ee f6f2ec",
        "fffaf0 cddce8 24384e", "e8f1f7 a9c6de f3c9b4 7fa3c4",
        sun_height=0.24, clouds=0.45, mist=0.6,
    ),
}  # fmt: skip

MOOD_WORDS: dict[str, str] = {
    "golden": "golden gold sunset ~warm ~honey amber sunlit goldener",
    "dusk": "dusk twilight evening sundown violet magenta vaporwave romantic afterglow",
    "dawn": "dawn sunrise morning ~serene ~calm ~peaceful ~gentle ~quiet ~tranquil ~zen",
    "day": "day daylight noon sunny ~bright ~clear summer midday ~cheerful ~blue ~tropical",
    "night": "night midnight moon moonlit moonlight stars starry nocturnal aurora space galaxy "
    "cosmic nebula universe",
    "storm": "storm stormy thunder rain rainy tempest gloomy ~moody overcast grey gray melancholy",
    "fog": "fog foggy mist misty haze hazy ~minimal ~minimalist ~monochrome ~ethereal",
    "neon": "neon cyberpunk synthwave retrowave futuristic sci-fi cyber electric glowing",
    "pastel": "pastel ~soft ~dreamy ~cute kawaii ~candy ~delicate watercolor watercolour spring",
    "dramatic": "dramatic ~epic ~cinematic volcano lava fiery apocalyptic ~intense moodier",
    "autumn": "autumn fall harvest october rust rustic vintage",
    "winter": "winter snow snowy ice icy frost frozen arctic christmas glacier",
}

SCENE_WORDS: dict[str, str] = {
    "coast": "coast coastline coastal sea ocean beach shore cliff cliffs island bay wave waves "
    "lighthouse harbor harbour rocky",
    "mountain": "mountain mountains peak peaks alps hill hills summit valley himalaya fjord "
    "highland landscape volcano canyon",
    "forest": "forest woods wood tree trees pine pines jungle grove fox deer wolf bear woodland",
    "city": "city skyline street town urban building buildings tokyo paris york london skyscraper "
    "cyberpunk metropolis downtown car architecture",
    "desert": "desert dune dunes sahara sand sandy camel cactus oasis pyramid pyramids mars",
    "lake": "lake river pond reflection reflections water waterfall swan boat canoe stream",
    "space": "space galaxy planet planets cosmos cosmic nebula universe astronaut rocket spaceship "
    "alien moonscape orbit star",
    "field": "field fields meadow farm wheat lavender prairie countryside grass horse house barn "
    "village sheep plain",
    "garden": "garden flower flowers rose roses tulip tulips blossom bouquet botanical daisy "
    "poppy poppies sunflower petals bloom orchid lily butterfly bee still-life vase",
    "figure": "portrait face girl boy woman man person lady queen king princess model character "
    "selfie headshot dancer elf warrior",
}

SCENE_PHRASES = {
    "coast": "a rocky coast above a shining sea",
    "mountain": "range behind range of mountains",
    "forest": "a deep forest with light between the trees",
    "city": "a city with its windows lit",
    "desert": "long dunes in a wide desert",
    "lake": "a lake that mirrors the hills",
    "space": "a far planet among the stars",
    "field": "rolling fields under a big sky",
    "garden": "a garden full of flowers",
    "figure": "a quiet figure in front of the light",
    "abstract": "soft shapes and flowing colour",
}

FIGURES = (
    "poses pose posing fashion fashion-forward wardrobe woman girl man person lady model dancer "
    "traveler traveller wanderer hiker couple bride dress portrait astronaut"
)
FIGURE_WORDS = frozenset(FIGURES.split())

TINTS: dict[str, Colour] = {
    "red": (206, 48, 52), "crimson": (176, 24, 56), "scarlet": (226, 54, 38),
    "orange": (242, 128, 40), "yellow": (246, 204, 62), "green": (62, 148, 84),
    "emerald": (22, 146, 104), "teal": (22, 138, 142), "turquoise": (52, 196, 190),
    "cyan": (56, 200, 226), "blue": (46, 104, 206), "indigo": (66, 58, 160),
    "purple": (128, 66, 178), "violet": (140, 90, 212), "magenta": (214, 52, 160),
    "pink": (244, 140, 178), "lavender": (176, 156, 224), "brown": (124, 84, 56),
    "rose": (226, 110, 132), "mint": (150, 220, 186), "coral": (250, 126, 104),
    "silver": (176, 186, 196), "copper": (188, 112, 66),
}  # fmt: skip

DEFAULT_MOODS = {
    "city": ("dusk", "night", "golden"),
    "space": ("night", "dusk", "neon"),
    "desert": ("golden", "dusk", "dramatic"),
    "forest": ("dawn", "fog", "autumn", "golden"),
    "garden": ("pastel", "dawn", "day"),
    "figure": ("golden", "pastel", "dusk"),
    "field": ("golden", "day", "dawn"),
}
ANY_MOODS = ("golden", "dusk", "dawn", "pastel", "day")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a picture shall be, as read from the words."""

    scene: str
    mood: Mood
    width: int
    height: int
    dice: str  # what the random numbers come from
    person: bool = False

    @property
    def phrase(self) -> str:
        """The picture in half a sentence."""
        return f"{SCENE_PHRASES[self.scene]}, {self.mood.phrase}"


def dice(text: str) -> random.Random:
    """Random numbers that are the same for the same text, on every machine."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return random.Random(digest)  # noqa: S311 -- decides brush strokes, guards no secret


def read_wishes(
    prompt: str, *, earlier: str = "", size: str = "", choice: int = 0, seed: str = ""
) -> Wishes:
    """Read a prompt; what it leaves open comes from the earlier conversation, then from chance.

    A refinement that names a light or a place keeps the composition of the first prompt.
    """
    words, before = _words(prompt), _words(earlier)
    named_scene, named_mood = _best(SCENE_WORDS, words), _best(MOOD_WORDS, words)
    tints = [TINTS[word] for word in words if word in TINTS]
    refines = bool(earlier) and bool(named_mood or tints) and not named_scene
    source = earlier if refines else f"{earlier}\x1e{prompt}"
    rolls = f"{source}\x1f{seed}\x1f{choice}"
    scene = named_scene or _best(SCENE_WORDS, before) or "abstract"
    mood = named_mood or _best(MOOD_WORDS, before) or _pick_mood(scene, rolls)
    width, height = read_size(f"{earlier} {prompt}", size)
    person = any(word in FIGURE_WORDS for word in (*words, *before))
    return Wishes(scene, tinted(MOODS[mood], tints[:2]), width, height, rolls, person)


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z]+(?:-[a-z]+)*", text[:20_000].lower()))


def _best(table: dict[str, str], words: tuple[str, ...]) -> str | None:
    """The row with most of its words named; the row named first wins a draw."""
    scores: dict[str, float] = {}
    for at, word in enumerate(words):
        for name, row in _INDEX[id(table)].get(word, ()):
            scores[name] = scores.get(name, 0.0) + row - at * 1e-6
    return max(scores, key=lambda name: scores[name]) if scores else None


def _index(table: dict[str, str]) -> dict[str, list[tuple[str, float]]]:
    found: dict[str, list[tuple[str, float]]] = {}
    for name, row in table.items():
        for word in row.split():
            found.setdefault(word.strip("~"), []).append((name, 0.4 if "~" in word else 1.0))
    return found


_INDEX = {id(table): _index(table) for table in (MOOD_WORDS, SCENE_WORDS)}


def _pick_mood(scene: str, rolls: str) -> str:
    return dice(f"mood {rolls}").choice(DEFAULT_MOODS.get(scene, ANY_MOODS))


SHAPES = {
    "portrait": (832, 1216), "tall": (832, 1216), "vertical": (832, 1216),
    "wide": (1280, 720), "landscape": (1216, 832), "panorama": (1536, 640),
    "widescreen": (1280, 720), "square": (1024, 1024), "banner": (1536, 512),
}  # fmt: skip


def read_size(text: str, size: str = "") -> tuple[int, int]:
    """Width and height in pixels: from the size field, else from the last size in the text."""
    text = text[-20_000:].lower()
    pairs = re.findall(r"(?<!\d)(\d{2,5})\s?[x\u00d7]\s?(\d{2,5})(?!\d)", f"{text} {size}")
    if pairs:
        return _clamp(int(pairs[-1][0])), _clamp(int(pairs[-1][1]))
    ratios = re.findall(r"--(?:ar|aspect)\s+(\d{1,3})\s?[:/x]\s?(\d{1,3})(?!\d)", text)
    if ratios and int(ratios[-1][0]) and int(ratios[-1][1]):
        return _of_ratio(int(ratios[-1][0]) / int(ratios[-1][1]))
    shapes = [SHAPES[word] for word in re.findall(r"[a-z]+", text) if word in SHAPES]
    return shapes[-1] if shapes else (SIDE, SIDE)


def _of_ratio(ratio: float) -> tuple[int, int]:
    """About a million pixels of the given shape, in steps of eight."""
    width = SIDE * ratio**0.5
    return _clamp(round(width / 8) * 8), _clamp(round(width / ratio / 8) * 8)


def _clamp(side: int) -> int:
    return min(MOST_SIDE, max(LEAST_SIDE, side))


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """The colour that lies `share` of the way from one to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def shade(colour: Colour, light: float, saturation: float = 1.0) -> Colour:
    """A colour made lighter (> 1) or darker (< 1), and more or less vivid."""
    hue, level, vivid = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    level, vivid = min(1.0, level * light), min(1.0, vivid * saturation)
    red, green, blue = (round(part * 255) for part in colorsys.hls_to_rgb(hue, level, vivid))
    return red, green, blue


def tinted(mood: Mood, tints: list[Colour]) -> Mood:
    """A mood with the named colours in it: first in its accents, a little in sky and haze."""
    if not tints:
        return mood
    tint = tints[0]
    sky = tuple(mix(c, tint, 0.14 + 0.1 * (i % 2)) for i, c in enumerate(mood.sky))
    return replace(
        mood,
        sky=sky,
        haze=mix(mood.haze, tint, 0.35),
        near=mix(mood.near, shade(tint, 0.35), 0.3),
        accents=(*tints, *(mix(accent, tint, 0.25) for accent in mood.accents)),
    )
