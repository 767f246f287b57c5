"""What the well-behaved models say."""

import base64
import io
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from . import wire
from .gallery import Gallery, Recipe
from .palette import Wishes, read_wishes
from .wire import Answer, Ask, Piece, Reply

WORD_PAUSE = 0.025
PROGRESS_PAUSE = 0.18

SKETCH = (
    "I am painting {phrase}.\n\n"
    "It begins with the sky, laid on in wide strokes from the dark top down to the light, "
    "then the far shapes, paler the further away they are, and at last the foreground, "
    "where the edges are sharp. A little grain holds it all together.\n\n"
)
ESSAY = """## {title}

You asked: *{question}*

Here is a short practice answer. **Nothing of it was thought up by a model**; it is here so that \
you can see how text arrives, piece by piece, and how it is set.

### What an answer may contain

1. **Strong words** and *soft ones*, and `names of things` in a sentence
2. Lists, with a point or with a number
   - one level down
   - and one more line at that level
3. A quotation, when somebody said it better

> Begin anywhere. The first stroke is only there to be painted over.

### A little code

```python
def golden_hour(minutes_to_sunset: int) -> bool:
    \"\"\"Whether now is a good time to go outside with a camera.\"\"\"
    return 0 <= minutes_to_sunset <= 60
```

| light | mood |
| --- | --- |
| morning | clear, gentle |
| evening | warm, long shadows |

That is all. Ask again with a picture model, and you get a picture.
"""
THOUGHTS = (
    "The person wants an answer that is short. First I look at what was asked, then at what "
    "was said before. Nothing speaks against simply answering."
)
SENTENCE = (
    "The light falls slowly over quiet water and every stone keeps a little of its warmth while "
    "far behind the hills another evening gathers its colours and waits. "
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One ask, the way to answer it, and where pictures are kept."""

    ask: Ask
    reply: Reply
    gallery: Gallery
    home: str  # our own address, without a slash at its end
    pay: Callable[[Mapping[str, int]], None]

    def recipe(self, choice: int) -> Recipe:
        """What the picture of one choice is made from."""
        ask = self.ask
        earlier = "\n".join((*ask.said[:-1], ask.instructions)).strip()
        return Recipe(ask.prompt, earlier, ask.size, choice, ask.seed)

    def wishes(self, choice: int) -> Wishes:
        """What the words ask for, for one choice."""
        recipe = self.recipe(choice)
        return read_wishes(
            recipe.prompt,
            earlier=recipe.earlier,
            size=recipe.size,
            choice=recipe.choice,
            seed=recipe.seed,
        )

    def link(self, choice: int, query: str = "") -> str:
        """The address of the picture of one choice; its drawing starts now."""
        name = self.gallery.promise(self.recipe(choice))
        return f"{self.home}/pictures/{name}.png{query}"

    async def data_uri(self, choice: int) -> str:
        """The picture of one choice, inside its own address."""
        recipe = self.recipe(choice)
        png = await self.gallery.picture(self.gallery.promise(recipe)) or b""
        return "data:image/png;base64," + base64.b64encode(png).decode()


type Behaviour = Callable[[Turn], Awaitable[None]]
type Composer = Callable[[Turn, int], Awaitable[Answer]]


def answering(compose: Composer) -> Behaviour:
    """A behaviour that answers properly, streamed or not, with what `compose` gives a choice."""

    async def behave(turn: Turn) -> None:
        answers = [(await compose(turn, index)).cut(turn.ask) for index in range(turn.ask.n)]
        turn.pay(wire.usage(turn.ask, answers))
        if turn.ask.stream:
            await stream(turn, answers)
        else:
            await turn.reply.json(200, wire.completion(turn.ask, answers))

    return behave


async def stream(turn: Turn, answers: list[Answer]) -> None:
    """Send whole answers as a proper stream, the choices taking turns."""
    ask, reply = turn.ask, turn.reply
    await begin(turn)
    for step in range(max(len(answer.pieces) for answer in answers)):
        speaking = [(i, a.pieces[step]) for i, a in enumerate(answers) if step < len(a.pieces)]
        await reply.pause(max(piece.pause for _, piece in speaking))
        for index, piece in speaking:
            await reply.data(wire.chunk(ask, index, piece.delta))
    for index, answer in enumerate(answers):
        await reply.data(wire.chunk(ask, index, {}, answer.finish))
    if ask.include_usage:
        await reply.data(wire.usage_chunk(ask, answers))
    await reply.done()


async def begin(turn: Turn) -> None:
    """Open the stream, with the delta that carries only the role, for each choice."""
    await turn.reply.begin_stream()
    for index in range(turn.ask.n):
        role = {"role": "assistant", "content": ""}
        await turn.reply.data(wire.chunk(turn.ask, index, role))


async def say(turn: Turn, text: str, pause: float = WORD_PAUSE) -> None:
    """Stream a text word by word as the first choice, without ending the stream."""
    for piece in spoken(text, pause):
        await turn.reply.pause(piece.pause)
        await turn.reply.data(wire.chunk(turn.ask, 0, piece.delta))


def spoken(text: str, pause: float = WORD_PAUSE) -> tuple[Piece, ...]:
    """A text as one piece a word, with the space after it."""
    return tuple(Piece({"content": word}, pause) for word in re.findall(r"\s*\S+\s*", text))


def lines(*texts: str, pause: float = PROGRESS_PAUSE) -> tuple[Piece, ...]:
    """Texts that arrive a line at a time, as progress does."""
    return tuple(Piece({"content": f"{text}\n"}, pause) for text in texts)


def percents(*numbers: int) -> tuple[Piece, ...]:
    """Progress as picture models write it into their answer."""
    return lines(*(f"> {number}%" for number in numbers))


def alt(turn: Turn) -> str:
    """The words under which a picture is linked: the start of the prompt, harmless in Markdown."""
    words = re.sub(r"[\[\]()!`\\<>\s]+", " ", turn.ask.prompt).split()
    return " ".join(words)[:60].strip() or "picture"


async def paint(turn: Turn, choice: int) -> Answer:
    """A few sentences, progress, and a link to the picture."""
    link = turn.link(choice)
    picture = Piece({"content": f"\n![{alt(turn)}]({link})"}, PROGRESS_PAUSE)
    sketch = spoken(SKETCH.format(phrase=turn.wishes(choice).phrase))
    return Answer((*sketch, *percents(4, 19, 46, 73, 98, 100), picture))


async def write(turn: Turn, choice: int) -> Answer:
    """Text alone, in Markdown."""
    title = "A first thought" if choice == 0 else f"Another thought, number {choice + 1}"
    question = " ".join(turn.ask.prompt.split())[:200].replace("*", "") or "nothing"
    return Answer(spoken(ESSAY.format(title=title, question=question)))


async def look(turn: Turn, choice: int) -> Answer:
    """How many pictures came along, and of what kind and size each is, in their order."""
    seen = [f"{number}. {_seen(data)}" for number, data in enumerate(turn.ask.pictures, 1)]
    count = len(seen)
    said = f"I see {count} picture{'s' * (count != 1)}.\n\n" if seen else "I see no picture."
    return Answer((*spoken(said), *lines(*seen)))


def _seen(data: bytes) -> str:
    from PIL import Image  # noqa: PLC0415 -- Pillow is loaded for the first picture only

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            mean = image.convert("RGB").resize((1, 1)).tobytes().hex()
            return f"{image.format}, {image.width} × {image.height}, about #{mean}"
    except Exception:
        return "no picture"


async def inline(turn: Turn, choice: int) -> Answer:
    """The picture itself inside the Markdown, in base64, cut into a few large pieces."""
    text = f"![{alt(turn)}]({await turn.data_uri(choice)})"
    blocks = tuple(Piece({"content": text[at : at + 65_536]}) for at in range(0, len(text), 65_536))
    return Answer((*spoken("Here is your picture.\n\n"), *blocks))


async def structured(turn: Turn, choice: int) -> Answer:
    """The picture beside the text, in an `images` array."""
    image = {"type": "image_url", "image_url": {"url": await turn.data_uri(choice)}}
    return Answer((*spoken("Here is your picture."), Piece({"images": [image]})))


async def parts(turn: Turn, choice: int) -> Answer:
    """The picture as a part of the content itself, which is a list."""
    image = {"type": "image_url", "image_url": {"url": await turn.data_uri(choice)}}
    return Answer((*spoken("Here is your picture."), Piece({"content": [image]})))


async def four(turn: Turn, choice: int) -> Answer:
    """Four pictures in one message, each linked, and a link for each that may be enlarged."""
    links = [turn.link(4 * choice + number) for number in range(4)]
    shown = (f"![{number}]({link})" for number, link in enumerate(links, 1))
    buttons = " ".join(f"[U{number}]({turn.home}/enlarge/{number})" for number in range(1, 5))
    return Answer((*percents(31, 100), *lines(*shown, buttons)))


async def bare_link(turn: Turn, choice: int) -> Answer:
    """Nothing but an address that never expires."""
    return Answer(lines(turn.link(choice, "?se=")))


async def video(turn: Turn, choice: int) -> Answer:
    """A film, which is no picture."""
    return Answer(lines(f"[在线播放▶️]({turn.home}/films/{choice}.mp4?se=)"))


async def think_aloud(turn: Turn, choice: int) -> Answer:
    """Reasoning inside the text, with a picture in it that is none of the answer's."""
    thought = f"<think>\n{THOUGHTS} Not {turn.home}/pictures/no.png.\n</think>\n\n"
    return Answer((*spoken(thought), *lines(f"![{alt(turn)}]({turn.link(choice)})")))


async def think(turn: Turn, choice: int) -> Answer:
    """Reasoning first, in its own key, then the answer."""
    reasoning = (
        Piece({"reasoning_content": piece.text}, piece.pause) for piece in spoken(THOUGHTS)
    )
    return Answer((*reasoning, *spoken("Here is what I came to: keep it simple, and begin.")))


async def huge_text(turn: Turn, choice: int) -> Answer:
    """Several thousand words, fast."""
    blocks = []
    for number in range(1, 61):
        words = spoken(f"### Part {number}\n\n{SENTENCE * 3}\n\n", 0.0)
        blocks.append(Piece({"content": words[0].text}, 0.002))
        blocks.extend(words[1:])
    return Answer(tuple(blocks))


async def gateway_progress(turn: Turn, choice: int) -> Answer:
    """Progress in Chinese, one quoted line at a time, then picture and download link."""
    link = turn.link(choice)
    texts = ["排队中...", "生成中...", *(f"进度 **{n}%**" for n in (2, 31, 67)), "生成完成 ✅"]
    end = lines(f"![file_x]({link})", f"[点击下载]({link}?download=1)")
    return Answer((*lines(*(f"> {text}" for text in texts)), *end))


async def empty_link(turn: Turn, choice: int) -> Answer:
    """Progress, and then a picture without an address: failure dressed as success."""
    return Answer((*lines("> 2.5%", "> 31.02%", "> 67.19%"), *lines("![image]()")))


async def duplicate(turn: Turn, choice: int) -> Answer:
    """The tool call as fenced JSON, the picture, and a second link to the same picture."""
    link, wishes = turn.link(choice), turn.wishes(choice)
    size = f"{wishes.width}x{wishes.height}"
    call = wire.encode({"prompt": turn.ask.prompt, "size": size}).decode()
    texts = (f"```json\n{call}\n```", f"![image]({link})\n", f"[下载]({link}?download=1)\n")
    return Answer((*lines(*texts), *spoken("Here is your picture.")))
