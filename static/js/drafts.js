// Drafts: the studio keeps what is typed, a moment after the last key, and again once it is back.
// What it could not be told in time waits in this browser until it has been.
"use strict";
{
  /* What the studio could not be told in time waits here, in this browser, draft by draft. */
  const waitingRoom = (owner) => {
    // What belongs to a page, not to what is typed in it.
    const PAGE = ["csrfmiddlewaretoken", "submission", "draft", "version", "mending"];
    const stored = (work) => {
      try {
        return work(localStorage);
      } catch {
        return null; // There is no storage, or no room left in it.
      }
    };
    const offers = (list, value) => [...list.options].some((one) => one.value === value);
    return {
      keep(draft, data) {
        const pairs = [...data].filter(([name]) => name !== "csrfmiddlewaretoken");
        stored((all) => all.setItem(owner + draft, JSON.stringify(pairs)));
      },
      forget(draft) {
        stored((all) => all.removeItem(owner + draft));
      },
      all() {
        const keys = (stored(Object.keys) ?? []).filter((key) => key.startsWith(owner));
        return keys.map((key) => {
          const data = new FormData();
          for (const [name, value] of JSON.parse(localStorage.getItem(key))) data.set(name, value);
          return [key.slice(owner.length), data];
        });
      },
      /* Put what waited back into the form; a model that is no longer on offer stays out. */
      fill(form, data) {
        for (const field of form.elements) {
          if (!field.name || PAGE.includes(field.name)) continue;
          const value = data.get(field.name);
          if (field.type === "checkbox") field.checked = value !== null;
          else if (field.type === "radio") field.checked = field.value === (value ?? "");
          else if (value !== null && (!field.options || offers(field, value))) field.value = value;
        }
      },
    };
  };

  // Milliseconds: after the last key, at most after the first, between tries, for an answer.
  const [WAIT, AT_MOST, LONGEST_WAIT, PATIENCE] = [600, 3_000, 15_000, 20_000];
  const AWAY = "Not saved yet; trying again";
  const ENDED = "Not saved: your session has ended. Reload to go on; this browser keeps what you typed.";
  const form = () => document.getElementById("composer");
  const [id, version, title] = ["draft", "version", "draft-title"].map((name) => document.getElementById(name));
  const waiting = waitingRoom(`draft of ${id.closest("[data-owner]").dataset.owner}: `);
  const fresh = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const page = { writer: fresh(), edit: 0 };
  let [saved, failures, timer, held, words] = [0, 0, 0, null, form().elements.prompt.value];
  let [isSending, isOver, isWalking, saving, due, own] = [false, false, false, null, Infinity, ""];

  const say = (text, isTrouble = false) => {
    const line = document.getElementById("draft-line");
    line.textContent = text;
    line.classList.toggle("caution", isTrouble);
  };
  /* The fields as they are now; those that the model does not take are kept as well. */
  const typed = () => {
    const data = new FormData();
    for (const { name, type, checked, value } of form().elements) {
      if (name && type !== "file" && (checked || (type !== "checkbox" && type !== "radio"))) data.append(name, value);
    }
    // What is typed while Generate is on its way is not part of what it sends.
    if (isSending) data.delete("submission");
    return data;
  };
  const addressed = () => {
    for (const [name, value] of Object.entries({ ...page, draft: id.value, version: version.value })) held.set(name, value);
    return held;
  };

  const post = (body, keepalive = false) => {
    const [headers, signal] = [{ Accept: "application/json" }, AbortSignal.timeout(PATIENCE)];
    return fetch("/drafts/save/", { method: "POST", body, headers, signal, keepalive, redirect: "manual" });
  };
  const later = () => {
    if (timer && failures) return;
    clearTimeout(timer);
    due = Math.min(due, Date.now() + AT_MOST);
    const wait = failures ? Math.min(LONGEST_WAIT, 500 * 2 ** failures) : Math.min(WAIT, due - Date.now());
    timer = setTimeout(save, wait);
  };
  const save = () => {
    clearTimeout(timer);
    [timer, due] = [0, Infinity];
    if (saving || isOver || saved === page.edit) return;
    saving = send(id.value, page.edit);
  };
  const send = async (draft, edit) => {
    const answer = await post(addressed()).catch(() => null);
    const told = answer?.ok || answer?.status === 422 ? await answer.json().catch(() => null) : null;
    saving = null;
    if (draft !== id.value) later();
    else if (told) heard(told, answer.ok, edit);
    else {
      failures += 1;
      waiting.keep(id.value, addressed());
      say(answer?.status === 403 || answer?.type === "opaqueredirect" ? ENDED : AWAY, true);
      later();
    }
  };
  const heard = (told, isKept, edit) => {
    failures = 0;
    if (!isKept) waiting.keep(id.value, addressed());
    else {
      if (edit === page.edit) waiting.forget(id.value);
      saved = edit;
      [id.value, version.value, title.textContent] = [told.draft, told.version, told.title];
      address((url) => (url.search = `?draft=${told.draft}`));
    }
    if (told.note) {
      const note = Object.assign(document.createElement("p"), { className: "source", textContent: told.note });
      document.getElementById("composer-source").append(note);
    }
    if (edit === page.edit) say(told.said, !isKept);
    else later();
  };
  /* Who leaves may be gone before the answer: the words go out at once, and wait here as well. */
  const leave = () => {
    if (isOver || saved === page.edit) return;
    waiting.keep(id.value, addressed());
    // No more than 64 KiB may outlive a page; of a longer draft only what waits here is certain.
    post(held, true).catch(() => post(held)).catch(() => {});
  };

  /* The address says which draft this is, so that a reload and Back find it. */
  const address = (change) => {
    const url = new URL(location);
    if (url.pathname !== "/" || history.state?.drawer) return;
    change(url);
    if (url.href !== location.href) history.replaceState(history.state, "", url);
  };
  const beginAnother = () => {
    leave();
    [id.value, version.value, title.textContent] = [fresh(), 0, "New draft"];
    Object.assign(page, { writer: fresh(), edit: 0 });
    saved = 0;
    address((url) => (url.search = "?new"));
  };
  /* Walking through earlier prompts changes no draft; who changes one of them begins another.
     Who sends one does not send the draft: so long its one-time id stands aside. */
  const walk = (isAway) => {
    const { submission } = form().elements;
    if (isAway && !isWalking) own = submission.value;
    if (isAway !== isWalking) submission.value = isAway ? fresh() : own;
    isWalking = isAway;
  };
  document.addEventListener("input", ({ target, detail }) => {
    if (!target.name || target.form !== form()) return;
    const prompt = form().elements.prompt.value;
    if (detail === "walked") return walk(prompt !== words);
    if (isWalking) beginAnother();
    [isWalking, words] = [false, prompt];
    page.edit += 1;
    held = typed();
    if (version.value === "0") address((url) => url.searchParams.set("new", id.value));
    if (!failures) say("Saving…");
    later();
  });
  addEventListener("online", save);
  addEventListener("pageshow", save);
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => document.hidden && leave());
  for (const [event, hasBegun] of [["htmx:beforeRequest", true], ["htmx:afterRequest", false]]) {
    document.addEventListener(event, ({ detail }) => {
      if (detail.elt.id === "composer") isSending = hasBegun;
    });
  }
  /* What is deleted must not be written once more behind its back. */
  const isThis = ({ dataset }) => dataset.trashDraft === id.value;
  document.addEventListener("htmx:confirm", async (event) => {
    if (!isThis(event.detail.elt)) return;
    event.preventDefault();
    isOver = true;
    await saving;
    event.detail.issueRequest(true);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!isThis(detail.elt)) return;
    isOver = detail.xhr.status === 200;
    if (isOver) waiting.forget(id.value);
    else save();
  });

  /* What waited here: this draft's goes back into the composer, that of others to the studio. */
  const recall = (sent) => {
    if (sent.get("writer") === id.dataset.writer && Number(sent.get("edit")) <= Number(id.dataset.edit)) {
      return waiting.forget(id.value);
    }
    waiting.fill(form(), sent);
    version.value = sent.get("version");
    Object.assign(page, { writer: sent.get("writer"), edit: Number(sent.get("edit")) });
    for (const field of form().elements) if (field.name) field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  for (const [draft, sent] of waiting.all()) {
    if (draft === id.value) recall(sent);
    else {
      sent.set("csrfmiddlewaretoken", form().elements.csrfmiddlewaretoken.value);
      post(sent).then((answer) => answer.ok && waiting.forget(draft), () => {});
    }
  }
  if (version.value !== "0" && !location.search) address((url) => (url.search = `?draft=${id.value}`));
}
