// Culling by keys: the next one comes at once, and each verdict is on its way in the order typed.
// What the server has not said to have kept stays in the queue, and is sent again until it has.
"use strict";
{
  const HELD_READY = 24;
  const LOADED_AHEAD = 2;
  const RETRY = 3_000;
  const PATIENCE = 30_000;
  const SWIPE = 70;
  const SAID = { star: "Starred", reject: "Rejected", 0: "No marks", "": "Passed" };

  const at = (id) => document.getElementById(id);
  const reel = at("reel");
  const form = at("verdict");
  const undoForm = at("undo");
  const words = (of) => Object.fromEntries(new FormData(of));
  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const singleKeys = () => {
    try {
      return localStorage.getItem("single-keys") !== "off";
    } catch {
      return true;
    }
  };
  document.documentElement.classList.add("js");

  /* The queue: one at a time, in order; a reload takes it up again. */
  const walk = new FormData(form || undoForm || undefined).get("cull");
  const place = `cull-${walk}`;
  const stored = () => {
    try {
      return JSON.parse(sessionStorage.getItem(place)) || [];
    } catch {
      return [];
    }
  };
  const queue = stored();
  let isSending = false;
  let afterwards = null;

  const remember = () => {
    try {
      if (queue.length) sessionStorage.setItem(place, JSON.stringify(queue));
      else sessionStorage.removeItem(place);
    } catch {
      // Without storage the queue lasts as long as the page.
    }
  };
  const complain = (problem) => {
    const line = at("unkept");
    line.hidden = !problem;
    line.querySelector("[data-retry]").hidden = !queue.length;
    const count = queue.length === 1 ? "1 verdict is not kept yet" : `${queue.length} verdicts are not kept yet`;
    line.querySelector("[data-problem]").textContent = problem && (queue.length ? `${count}: ${problem} They are sent again by themselves; leave this page open.` : problem);
  };
  const deliver = async ({ address, ...said }) => {
    const { csrfmiddlewaretoken, q, cull } = words(form || undoForm);
    const body = new URLSearchParams({ csrfmiddlewaretoken, q, cull, ...said });
    const headers = { "HX-Request": "true" };
    try {
      const reply = await fetch(address, { method: "POST", body, headers, keepalive: true, signal: AbortSignal.timeout(PATIENCE) });
      if (reply.status === 204) return "";
      if (reply.status === 404) return "gone";
      return `the studio answered with status ${reply.status}.`;
    } catch {
      return "the studio does not answer.";
    }
  };
  const send = async () => {
    if (isSending) return;
    isSending = true;
    let problem = "";
    let lost = 0;
    while (queue.length && !problem) {
      problem = await deliver(queue[0]);
      if (problem === "gone") {
        lost += 1;
        problem = "";
      }
      if (!problem) queue.shift();
      remember();
    }
    isSending = false;
    if (problem || lost) complain(problem || "One of these was deleted in the meantime; nothing was kept of that verdict.");
    else complain("");
    if (problem) setTimeout(send, RETRY);
    else if (queue.length) send();
    else afterwards?.();
  };
  const keep = (said) => {
    queue.push(said);
    remember();
    if (!isSending) send();
  };
  const whenKept = (act) => {
    afterwards = act;
    if (!queue.length && !isSending) act();
  };
  addEventListener("beforeunload", (event) => {
    if (queue.length) event.preventDefault();
  });
  document.querySelector("[data-retry]").addEventListener("click", send);

  /* The reel: what was, is and comes, in the page; pictures are loaded shortly before. */
  const undone = [];
  let current = reel?.querySelector(".candidate:not([hidden])");
  let isFetching = false;
  let isAll = false;
  const candidates = () => [...reel.querySelectorAll(".candidate")];
  const neighbour = (step) => {
    const all = candidates();
    return all[all.indexOf(current) + step];
  };
  const load = () => {
    const all = candidates();
    const index = all.indexOf(current);
    for (const candidate of all.slice(index + 1, index + 1 + LOADED_AHEAD)) {
      for (const image of candidate.querySelectorAll("img[loading=lazy]")) {
        image.loading = "eager";
        image.decode().catch(() => {});
      }
    }
    if (all.length - index <= HELD_READY) fetchMore(all.at(-1).dataset.candidate);
  };
  const fetchMore = async (after) => {
    if (isFetching || isAll) return;
    isFetching = true;
    try {
      const reply = await fetch(`${reel.dataset.here}&after=${after}`, { headers: { "HX-Request": "true" } });
      if (!reply.ok) throw new Error(`status ${reply.status}`);
      const made = document.createElement("template");
      made.innerHTML = await reply.text();
      isAll = !made.content.querySelector(".candidate");
      at("loading").before(made.content);
      isFetching = false;
      if (!at("loading").hidden) forward();
      else load();
    } catch {
      isFetching = false;
      setTimeout(() => fetchMore(after), RETRY);
    }
  };
  let addressTimer = 0;
  // A reload goes on in the same cull; browsers forbid to say so at every key.
  const tellAddress = () => history.replaceState(null, "", `${reel.dataset.here}&at=${current.dataset.candidate}`);
  const show = (candidate, step) => {
    current.hidden = true;
    at("loading").hidden = true;
    current = candidate;
    current.hidden = false;
    const place = at("position");
    place.dataset.at = Number(place.dataset.at) + step;
    place.textContent = Number(place.dataset.at).toLocaleString("en");
    form.elements.generation.value = current.dataset.candidate;
    at("back").hidden = !neighbour(-1) && !backUrl;
    clearTimeout(addressTimer);
    addressTimer = setTimeout(tellAddress, 300);
    load();
  };
  const forward = () => {
    const next = neighbour(1);
    if (next) show(next, 1);
    else if (isAll) {
      at("said").textContent = "Keeping the last verdicts.";
      whenKept(() => location.assign(at("summary").href));
    } else at("loading").hidden = false;
  };
  const backUrl = at("back")?.hidden ? "" : at("back")?.href;
  const back = () => {
    const previous = reel && neighbour(-1);
    if (previous) show(previous, -1);
    else if (backUrl) whenKept(() => location.assign(backUrl));
  };

  /* Verdicts, and the way back. */
  const marks = ({ dataset: { starred, rejected, rating } }) => ({ starred, rejected, rating });
  const wear = (candidate, said) => {
    Object.assign(candidate.dataset, said);
    candidate.querySelector("[data-stars]").textContent = said.rating;
  };
  const judged = (word, before) =>
    ({
      "": before,
      star: { ...before, starred: "1", rejected: "" },
      reject: { ...before, rejected: "1" },
      0: { starred: "", rejected: "", rating: "0" },
    })[word] || { ...before, rating: word, rejected: "" };
  const judge = (word) => {
    // Who has not seen the next one yet has no verdict on it.
    if (!at("loading").hidden || afterwards) return;
    const before = marks(current);
    const key = fresh();
    if (word) undone.push({ candidate: current, before, key });
    wear(current, judged(word, before));
    at("said").textContent = SAID[word] ?? `${word} of 5`;
    keep({ address: form.action, generation: current.dataset.candidate, key, word });
    forward();
  };
  const undo = () => {
    const last = undone.pop();
    if (last) {
      afterwards = null;
      wear(last.candidate, last.before);
      const all = candidates();
      show(last.candidate, all.indexOf(last.candidate) - all.indexOf(current));
      at("said").textContent = "Undone";
      keep({ address: reel.dataset.undo, key: last.key });
    } else if (undoForm.elements.key.value) whenKept(() => undoForm.submit());
  };
  const leave = () => whenKept(() => location.assign(at("leave").href));

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.target.closest("input:not([type=radio]), select, textarea")) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key !== "z" || event.shiftKey) return;
      event.preventDefault();
      return undo();
    }
    const isOnButton = event.target.closest("a, button");
    const acts = { Escape: leave, ArrowLeft: back };
    if (reel) Object.assign(acts, { ArrowRight: () => judge("") }, isOnButton ? {} : { " ": () => judge("") });
    if (singleKeys()) {
      acts.u = undo;
      if (reel) Object.assign(acts, { ".": () => judge("star"), x: () => judge("reject") });
      for (const stars of reel ? "012345" : "") acts[stars] = () => judge(stars);
    }
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    // A key that is held down is one verdict; arrows may run.
    if (!event.repeat || event.key.startsWith("Arrow")) act();
  });

  undoForm?.addEventListener("submit", (event) => {
    if (!reel) return;
    event.preventDefault();
    undo();
  });
  if (reel) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      judge(event.submitter.value);
      // Or the space bar would press the same button once more.
      event.submitter.blur();
    });
    for (const [id, act] of [["back", back], ["leave", leave], ["summary", () => whenKept(() => location.assign(at("summary").href))]]) {
      at(id).addEventListener("click", (event) => {
        event.preventDefault();
        act();
      });
    }
    undoForm.querySelector("button").disabled = false;
    let start = null;
    reel.addEventListener("touchstart", ({ touches }) => (start = touches.length === 1 ? touches[0] : null), { passive: true });
    // Right stars, left rejects, up passes; but what is longer than the window is read by moving it.
    const scrolls = () => [...current.querySelectorAll(".choices, .prose")].some((part) => part.scrollHeight > part.clientHeight + 1);
    const swiped = (across, down) => {
      if (Math.abs(across) > SWIPE && Math.abs(across) > 2 * Math.abs(down)) judge(across > 0 ? "star" : "reject");
      else if (down < -SWIPE && -down > 2 * Math.abs(across) && !scrolls()) judge("");
    };
    reel.addEventListener("touchend", ({ changedTouches: [end] }) => {
      if (start) swiped(end.clientX - start.clientX, end.clientY - start.clientY);
      start = null;
    });
    tellAddress();
    load();
  }
  if (queue.length) send();
}
