"""The pictures that were promised in answers: a link is only an id, drawn once and kept a while."""

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass

MOST_RECIPES = 5_000
MOST_DRAWN = 48


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides a picture: equal recipes give equal bytes."""

    prompt: str
    earlier: str = ""  # the conversation before, which fills in what the prompt leaves open
    size: str = ""
    choice: int = 0
    seed: str = ""

    @property
    def id(self) -> str:
        """A short name of this recipe, fit for an address."""
        parts = (self.prompt, self.earlier, self.size, str(self.choice), self.seed)
        text = "\x1f".join(parts)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


class Gallery:
    """Remembers recipes by id, draws them in threads, and keeps the newest bytes."""

    def __init__(self) -> None:
        self._recipes: OrderedDict[str, Recipe] = OrderedDict()
        self._drawn: OrderedDict[str, asyncio.Task[bytes]] = OrderedDict()
        self._hung: OrderedDict[str, bytes] = OrderedDict()
        self._easel = asyncio.Semaphore(2)  # more threads would only make every picture late

    def promise(self, recipe: Recipe) -> str:
        """Take a recipe in and start to draw it; gives the id that its link carries."""
        self._recipes[recipe.id] = recipe
        self._recipes.move_to_end(recipe.id)
        if len(self._recipes) > MOST_RECIPES:
            self._recipes.popitem(last=False)
        self._start(recipe)
        return recipe.id

    def hang(self, png: bytes) -> str:
        """Take in a picture that is drawn already; gives the id that its link carries."""
        name = hashlib.sha256(png).hexdigest()[:24]
        self._hung[name] = png
        if len(self._hung) > MOST_DRAWN:
            self._hung.popitem(last=False)
        return name

    async def picture(self, picture_id: str) -> bytes | None:
        """The PNG of an id, or None when nobody promised it."""
        recipe = self._recipes.get(picture_id)
        if recipe is None:
            return self._hung.get(picture_id)
        # Shielded, because several clients may wait for one drawing and any of them may leave.
        return await asyncio.shield(self._start(recipe))

    def _start(self, recipe: Recipe) -> asyncio.Task[bytes]:
        task = self._drawn.get(recipe.id)
        if task is None:
            task = self._drawn[recipe.id] = asyncio.create_task(self._draw(recipe))
            if len(self._drawn) > MOST_DRAWN:
                self._drawn.popitem(last=False)
        return task

    async def _draw(self, recipe: Recipe) -> bytes:
        from .painter import draw  # noqa: PLC0415 -- Pillow is loaded for the first picture only

        async with self._easel:
            return await asyncio.to_thread(
                draw,
                recipe.prompt,
                earlier=recipe.earlier,
                size=recipe.size,
                choice=recipe.choice,
                seed=recipe.seed,
            )
