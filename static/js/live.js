// Keeps the page in step with the one event stream: cards that are new here, the count of
// running generations in title and icon, and asking the server when the stream falls silent.
"use strict";
{
  // Milliseconds. The studio says something every 15 seconds at least.
  const SILENCE = 40_000;
  const BEAT = 20_000;
  const ASK_EVERY = 3_000;
  const title = document.title;
  const live = document.getElementById("live");
  const results = document.getElementById("results");
  const button = document.getElementById("new-cards");
  let heard = Date.now();
  let revived = heard;
  let source = null;
  let unseen = 0;

  // A fragment for a place that this page does not have is dropped; a card gets a place on Create.
  const fitting = (html) => {
    const made = document.createElement("template");
    made.innerHTML = html;
    for (const part of [...made.content.children]) {
      const way = part.getAttribute("hx-swap-oob");
      if (!way) continue;
      const place = way.includes(":") ? way.slice(way.indexOf(":") + 1) : `#${part.id}`;
      if (document.querySelector(place)) continue;
      if (part.matches(".card")) renew(part.dataset.generation);
      if (results && way !== "delete" && part.matches(".card")) makePlace(part.id);
      else part.remove();
    }
    return made.innerHTML;
  };

  const makePlace = (id) => {
    const place = document.createElement("article");
    place.id = id;
    const isNewest = [...results.children].find((card) => card.id < id);
    results.insertBefore(place, isNewest || null);
    if (results.getBoundingClientRect().top < 0) announce(1);
  };

  /* History: the cells of a generation that changed are read again, and put where they were. */
  const rows = document.getElementById("history-rows");
  const changed = new Set();
  let waiting = 0;
  const renew = (pk) => {
    if (!rows || !pk) return;
    changed.add(pk);
    waiting ||= setTimeout(readAgain, 400);
  };
  const readAgain = async () => {
    waiting = 0;
    const pks = [...changed];
    changed.clear();
    const page = new DOMParser().parseFromString(await (await fetch(rows.dataset.address)).text(), "text/html");
    for (const pk of pks.sort()) {
      const of = (root) => [...root.querySelectorAll(`#history-rows [data-generation="${pk}"]`)];
      const [fresh, old] = [of(page), of(document)];
      if (!fresh.length || old.some((cell) => cell.hidden || cell.contains(document.activeElement))) continue;
      if (old.length) old[0].before(...fresh);
      else if (scrollY < 200) firstOf(fresh[0].closest(".day")?.dataset.day)?.prepend(...fresh);
      const isTicked = old.some((cell) => cell.querySelector("[data-select]")?.checked);
      for (const cell of old) cell.remove();
      for (const cell of fresh) {
        const tick = cell.querySelector("[data-select]");
        if (tick) tick.checked = isTicked;
        htmx.process(cell);
      }
    }
    htmx.trigger(rows, "htmx:load");
  };
  const firstOf = (day) => rows.querySelector(`.day[data-day="${day}"] :is(.grid, tbody)`);

  const announce = (more) => {
    unseen += more;
    button.hidden = unseen === 0;
    button.textContent = `${unseen} new`;
  };

  const swap = (html) => {
    const opened = [...document.querySelectorAll("article.card details[open]")].map(keyOf);
    const held = document.activeElement?.closest?.("article.card");
    htmx.swap(live, html, { swapStyle: "none" });
    for (const details of document.querySelectorAll("article.card details:not([open])")) {
      if (opened.includes(keyOf(details))) details.open = true;
    }
    if (held && !held.isConnected) document.getElementById(held.id)?.focus({ preventScroll: true });
  };
  const keyOf = (details) => {
    const card = details.closest("article");
    return `${card.id} ${details.className} ${[...card.querySelectorAll("details")].filter((d) => d.className === details.className).indexOf(details)}`;
  };

  /* The stream: one at a time, and another where this one is dead without knowing, as after sleep. */
  htmx.createEventSource = (address) => {
    source?.close();
    return (source = new EventSource(address));
  };
  const canHear = "EventSource" in window;
  const isDeaf = () => !canHear || Date.now() - heard >= SILENCE;
  const revive = (silence) => {
    if (!live || !canHear || Date.now() - Math.max(heard, revived) < silence) return;
    revived = Date.now();
    live.dataset.revived = revived;
    htmx.process(live);
  };
  for (const event of ["resume", "visibilitychange"]) document.addEventListener(event, () => revive(BEAT));
  for (const event of ["online", "pageshow"]) addEventListener(event, () => revive(BEAT));

  document.addEventListener("htmx:sseBeforeMessage", (event) => {
    heard = Date.now();
    event.preventDefault();
    const html = fitting(event.detail.data);
    if (!html.trim()) return;
    // Text that is appended touches nothing else, so it takes the short way.
    if (html.includes("<article")) swap(html);
    else htmx.swap(live, html, { swapStyle: "none" });
  });
  document.addEventListener("htmx:sseOpen", (event) => {
    heard = Date.now();
    event.detail.source.addEventListener("beat", () => (heard = Date.now()));
  });
  document.addEventListener("htmx:sseError", () => {
    heard = Math.min(heard, Date.now() - SILENCE + ASK_EVERY);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { serverResponse, requestConfig } = event.detail;
    if (!serverResponse?.includes("hx-swap-oob")) return;
    // Who asked is gone from the page: the stream has brought a newer card than this answer.
    if (requestConfig.elt.isConnected) event.detail.serverResponse = fitting(serverResponse);
    else event.detail.shouldSwap = false;
  });

  // No news and no sign of life: ask for every open card, and after a submission for all of them.
  setInterval(() => {
    if (!isDeaf()) return;
    revive(SILENCE);
    for (const card of document.querySelectorAll("article[data-poll]")) {
      htmx.ajax("GET", card.dataset.poll, { source: card, target: live, swap: "none" });
    }
  }, ASK_EVERY);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const isNew = detail.elt.matches("#composer, [data-again]") && detail.successful;
    if (!isNew || !results || !isDeaf()) return;
    htmx.ajax("GET", location.pathname, { target: results, select: "#results > .card", swap: "innerHTML" });
  });

  button?.addEventListener("click", () => {
    scrollTo({ top: 0 });
    results.querySelector(".card")?.focus({ preventScroll: true });
    announce(-unseen);
  });
  addEventListener("scroll", () => {
    if (unseen && results.getBoundingClientRect().top >= 0) announce(-unseen);
  }, { passive: true });

  const icon = document.querySelector("link[rel=icon]");
  const still = icon?.href;
  const drawn = (count) =>
    `data:image/svg+xml,${encodeURIComponent(
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#1f6f7a"/>` +
        `<text x="12" y="17.5" text-anchor="middle" font-family="sans-serif" font-weight="700" font-size="${count > 9 ? 12 : 16}" fill="#fff">${count}</text></svg>`,
    )}`;
  let shown = 0;
  const count = () => {
    const running = Number(document.getElementById("running-count")?.dataset.count || 0);
    if (running === shown) return;
    shown = running;
    document.title = running ? `(${running}) ${title}` : title;
    icon.href = running ? drawn(Math.min(running, 99)) : still;
  };
  count();
  const bar = document.querySelector(".bar");
  if (bar) {
    new MutationObserver(count).observe(bar, { childList: true, subtree: true, attributeFilter: ["data-count"] });
  }
}
