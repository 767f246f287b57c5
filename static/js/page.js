// What every page can do: the drawer, trash and undo, copying.
// The lightbox and the keys are fetched when they are first wanted.
"use strict";
{
  const { lightbox, keys } = document.currentScript.dataset;
  const drawer = document.getElementById("drawer");
  const covers = matchMedia("(width < 1200px)");
  const home = location.href;
  let opener = null;

  /* The drawer: the address tells what is open, and Back closes it. */
  const show = async (address) => {
    await htmx.ajax("GET", address, { target: drawer, swap: "innerHTML" });
    if (!drawer.firstElementChild) return;
    drawer.hidden = false;
    drawer.scrollTop = 0;
    for (const sibling of covers.matches ? drawer.parentElement.children : []) {
      sibling.inert = sibling !== drawer;
    }
    drawer.querySelector("h2")?.focus({ preventScroll: true });
  };
  const hide = () => {
    drawer.hidden = true;
    drawer.replaceChildren();
    for (const sibling of drawer.parentElement.children) sibling.inert = false;
    (opener?.isConnected ? opener : document.getElementById(opener?.closest("[id]")?.id))?.focus({ preventScroll: true });
    opener = null;
  };
  const open = (link) => {
    opener ??= link;
    const address = link.dataset.detail || link.href;
    if (history.state?.drawer) history.replaceState({ drawer: address }, "", address);
    else history.pushState({ drawer: address }, "", address);
    return show(address);
  };
  const close = () => {
    if (!drawer || drawer.hidden) return false;
    history.back();
    return true;
  };
  addEventListener("popstate", (event) => {
    if (!drawer) return;
    if (event.state?.drawer) show(event.state.drawer);
    else if (!drawer.hidden) hide();
  });
  // A reload on a drawer's address gives the full page; it must not remember an open drawer.
  if (history.state?.drawer) history.replaceState(null, "", home);

  /* Trash and undo: what was put away is only hidden, until the server says that it is gone. */
  const places = new Map();
  const putAway = (pk) => {
    const gone = [...document.querySelectorAll(`[data-generation="${pk}"]:not(.drawer-inner)`)];
    places.set(pk, gone.map((element) => [element, element.parentElement, element.nextElementSibling]));
    for (const element of gone) element.hidden = true;
    if (drawer?.querySelector(`[data-generation="${pk}"]`)) close();
  };
  const putBack = (pk) => {
    for (const [element, parent, next] of places.get(pk) || []) {
      element.hidden = false;
      const isTaken = element.id && document.getElementById(element.id);
      if (element.isConnected || isTaken) continue;
      parent.insertBefore(element, next?.parentElement === parent ? next : null);
      htmx.process(element);
    }
    if (!places.delete(pk)) location.reload();
  };
  // The answer is awaited here: the stream may take the card away before it, and no event of
  // htmx reaches the page from a form that is no longer on it.
  document.addEventListener("htmx:beforeRequest", ({ detail: { elt, xhr } }) => {
    const { trash, restore } = elt.dataset;
    if (!trash && !restore) return;
    const isAlone = elt.closest("#main.column");
    const toast = elt.closest("[data-toast]");
    xhr.addEventListener("load", () => {
      if (xhr.status >= 400) return;
      if (restore) {
        putBack(restore);
        toast?.remove();
      } else if (isAlone) location.assign(`/history/?undo=${trash}`);
      else putAway(trash);
    });
  });

  /* A double click and a key that is held down are one wish. */
  const once = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("click", (event) => {
    if (event.detail > 1 && event.target.closest("[type=submit]")) once(event);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (!event.repeat || event.key !== "Enter") return;
    if (event.target.matches("[type=submit], input") || event.ctrlKey || event.metaKey) once(event);
  }, true);

  /* Marks that are pressed one after the other are sent one after the other, each as it was
     when it was pressed: the answer to the first brings new buttons, or the drawer is closed. */
  let marking = Promise.resolve();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const marks = form.closest(".marks");
    if (!marks) return;
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form, event.submitter));
    const place = () => (marks.isConnected ? { target: marks, swap: "innerHTML" } : { swap: "none" });
    marking = marking.then(() => htmx.ajax("POST", form.action, { source: "#main", values, ...place() })).catch(() => {});
  });

  /* What was not done is told where it was asked for, until the next try; the studio may say why. */
  const unsent = new WeakMap();
  const lineOf = (asker) => {
    let line = asker.querySelector("[data-unsent]") ?? unsent.get(asker);
    if (!line) {
      line = Object.assign(document.createElement("p"), { className: "field-error", role: "alert" });
      line.dataset.unsent = "The studio did not answer. Try again in a moment.";
      unsent.set(asker, line);
      asker.after(line);
    }
    return line;
  };
  for (const name of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(name, ({ detail: { elt, target, xhr } }) => {
      const asker = target?.matches(".marks") ? target : elt;
      if (!asker.matches("form, button, .marks")) return;
      const isTold = xhr.status === 503 && xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
      const line = lineOf(asker);
      line.textContent = isTold ? xhr.responseText : line.dataset.unsent;
      line.hidden = false;
    });
  }
  document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
    const line = elt.querySelector("[data-unsent]") ?? unsent.get(elt);
    if (line) line.hidden = true;
  });

  const toasts = document.getElementById("toasts");
  const leave = (toast) => setTimeout(() => (toast.matches(":hover, :focus-within") ? leave(toast) : toast.remove()), 10_000);
  if (toasts) {
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) if (node.matches?.("[data-toast]:not([data-stays])")) leave(node);
    }).observe(toasts, { childList: true });
  }

  document.addEventListener("click", async (event) => {
    const at = (selector) => event.target.closest(selector);
    const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
    if (at("[data-lightbox]") && isPlain) {
      event.preventDefault();
      (await import(lightbox)).open(at("[data-lightbox]"));
    } else if (at("[data-drawer]") && drawer && isPlain) {
      event.preventDefault();
      open(at("[data-drawer]"));
    } else if (at("[data-drawer-close]")) close();
    else if (at("#toasts [data-dismiss]")) {
      event.preventDefault();
      at("[data-toast]").remove();
    }
    else if (at("[data-keys-open]")) (await import(keys)).sheet();
    else if (at("[data-copy]")) {
      const { value, textContent } = at("[data-copy]").parentElement.querySelector("pre, input[readonly]");
      await navigator.clipboard.writeText(value ?? textContent);
      document.getElementById("status").textContent = "Copied.";
    }
  });
  // Keys pressed while their script is on its way wait in order; once it is here they act at
  // once, since a key can't be kept from scrolling later on. Where cells are, it comes at once.
  let loading = null;
  const load = () => {
    loading ??= import(keys).then((script) => {
      press = script.press;
      return press;
    });
    return loading;
  };
  let press = (event, tools) => load().then((act) => act(event, tools));
  if (document.querySelector(".grid, .list")) load();
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open], :popover-open")) close();
    else press(event, { open });
  });

  // The next request tells the server in which time zone this browser is.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `time_zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;

  /* Times: the server says UTC, the reader sees their own. */
  const day = { day: "numeric", month: "short" };
  const minute = { hour: "2-digit", minute: "2-digit" };
  const second = { ...minute, second: "2-digit" };
  const styles = {
    minute,
    second,
    short: { ...day, ...minute },
    long: { ...day, year: "numeric", ...minute },
    full: { ...day, year: "numeric", ...second },
  };
  const localise = (root) => {
    for (const time of root.querySelectorAll("time[data-local]")) {
      const moment = new Date(time.dateTime);
      time.title = time.textContent;
      time.textContent = moment.toLocaleString(undefined, styles[time.dataset.local]);
      delete time.dataset.local;
    }
  };
  localise(document);
  document.addEventListener("htmx:load", (event) => localise(event.target));
}
