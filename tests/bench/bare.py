"""The bare page: what a browser and a socket need at the least, to compare the studio with.

A text field, a server that hands the gateway's bytes through, and a script that appends them. No
Django, no ledger, no cards. ``python -m tests.bench.bare <gateway>``
"""

import asyncio
import json
import sys
from typing import Final

import aiohttp
import uvloop
from aiohttp import web

PAGE: Final = """<!doctype html><meta charset="utf-8"><title>Bare</title>
<form id="composer"><textarea name="prompt" rows="5"></textarea><button>Go</button></form>
<div id="results"></div>
<script>
const form = document.getElementById("composer");
const show = (place, line) => {
  if (!line.startsWith("data: {")) return;
  const text = JSON.parse(line.slice(6)).choices[0]?.delta.content;
  if (text) place.append(text);
};
const go = async () => {
  const place = document.createElement("pre");
  document.getElementById("results").prepend(place);
  const answer = await fetch("/go", { method: "POST", body: new FormData(form) });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = "", part; !(part = await reader.read()).done; ) {
    const lines = (rest + part.value).split("\\n");
    rest = lines.pop();
    for (const line of lines) show(place, line);
  }
  place.dataset.status = "succeeded";
};
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) go();
});
</script>
"""


async def page(request: web.Request) -> web.Response:
    """The page itself."""
    return web.Response(text=PAGE, content_type="text/html")


async def go(request: web.Request) -> web.StreamResponse:
    """Ask the gateway, and hand on what it says as it comes."""
    prompt = (await request.post())["prompt"]
    body = {"model": "bare", "stream": True, "messages": [{"role": "user", "content": prompt}]}
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    session: aiohttp.ClientSession = request.app[SESSION]
    url = f"{sys.argv[1]}/v1/chat/completions"
    async with session.post(url, data=json.dumps(body)) as upstream:
        await answer.prepare(request)
        async for block in upstream.content.iter_any():
            await answer.write(block)
    return answer


SESSION: Final = web.AppKey("session", aiohttp.ClientSession)


async def make() -> web.Application:
    """The application with its one session."""
    app = web.Application()
    app[SESSION] = aiohttp.ClientSession()
    app.add_routes([web.get("/", page), web.post("/go", go)])
    return app


async def main() -> None:
    """Serve on a free loopback port and print the address."""
    runner = web.AppRunner(await make())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
