// History: what is selected and what is done to it, the facets beside the rows, the way back to
// where the reader was.
"use strict";
{
  const form = document.getElementById("selection");
  const boxes = () => [...document.querySelectorAll("[data-select]")].filter((box) => !box.closest("[hidden]"));
  const chosen = () => boxes().filter((box) => box.checked);
  const cellOf = (box) => box.closest("[data-cell]");
  const wholes = () => document.querySelectorAll("[data-select-stack]");
  const membersOf = (stack) => boxes().filter((box) => stack.contains(box));
  const everything = form?.querySelector("[data-select-all]");
  const comparing = form?.querySelector("[data-compare]");
  let last = null;

  const show = () => {
    if (!form) return;
    const pks = new Set(chosen().map((box) => box.value));
    for (const box of boxes()) cellOf(box).classList.toggle("is-selected", box.checked);
    for (const whole of wholes()) {
      const members = membersOf(whole.closest(".stack"));
      const picked = members.filter((box) => box.checked);
      whole.checked = picked.length > 0 && picked.length === members.length;
      whole.indeterminate = picked.length > 0 && !whole.checked;
      whole.closest(".stack").classList.toggle("is-selected", whole.checked);
    }
    form.classList.toggle("has-selection", pks.size > 0);
    const words = everything.checked ? "All that match" : `${pks.size.toLocaleString("en")} selected`;
    form.querySelector("[data-selected-count]").textContent = words;
    if (comparing) comparing.disabled = pks.size < 2 || pks.size > 6;
  };
  const pick = (box, value) => {
    // A generation with several pictures has several cells; they are one.
    for (const same of boxes()) if (same.value === box.value) same.checked = value;
    if (!value) everything.checked = false;
  };
  const pickRange = (to, value) => {
    const all = boxes();
    const [from, until] = [all.indexOf(last), all.indexOf(to)].sort((a, b) => a - b);
    for (const box of all.slice(Math.max(0, from), until + 1)) pick(box, value);
  };
  const pickStack = (stack, value, isRange) => {
    const members = membersOf(stack);
    for (const box of members) {
      if (isRange && last) pickRange(box, value);
      else pick(box, value);
    }
    last = members.at(-1);
    show();
  };
  const clear = () => {
    for (const box of boxes()) box.checked = false;
    everything.checked = false;
    show();
  };

  form?.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-select-none]")) return clear();
    const whole = at("[data-select-stack]");
    if (whole) return pickStack(at(".stack"), whole.checked, event.shiftKey);
    if (at(".stack > details:not([open]) > summary") && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return pickStack(at(".stack"), membersOf(at(".stack")).some((box) => !box.checked));
    }
    const cell = at("[data-cell]");
    const box = cell?.querySelector("[data-select]");
    if (!box) return;
    const isBox = event.target === box;
    const isWanted = event.shiftKey || event.ctrlKey || event.metaKey || chosen().length > 0;
    if (isBox || at(".tick")) {
      if (!isBox) return;
      if (event.shiftKey && last) pickRange(box, box.checked);
      else pick(box, box.checked);
    } else if (at("a") && isWanted && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      if (event.shiftKey && last) pickRange(box, true);
      else pick(box, !box.checked);
    } else return;
    last = box;
    show();
  }, { capture: true });
  // What leads elsewhere, such as a download, is the browser's own and no fragment.
  document.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) event.stopPropagation();
  }, { capture: true });
  everything?.addEventListener("change", () => {
    for (const box of boxes()) box.checked = everything.checked;
    show();
  });

  /* A box drawn over the cells, begun where nothing else is. */
  form?.closest(".history-zone").addEventListener("pointerdown", (start) => {
    if (start.pointerType !== "mouse" || start.button || start.target.closest("a, button, input, label, select, summary, p, h1, h2, h3, .selection-bar")) return;
    const before = new Set(start.ctrlKey || start.metaKey || start.shiftKey ? chosen() : []);
    const frame = document.createElement("div");
    frame.className = "drag-box";
    const origin = [start.pageX, start.pageY];
    const draw = (event) => {
      const [left, right] = [origin[0], event.pageX].sort((a, b) => a - b);
      const [top, bottom] = [origin[1], event.pageY].sort((a, b) => a - b);
      if (!frame.isConnected && right - left + bottom - top < 8) return;
      if (!frame.isConnected) document.body.append(frame);
      Object.assign(frame.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
      for (const box of boxes()) {
        const place = (box.closest("details:not([open])") ?? cellOf(box)).getBoundingClientRect();
        const isOut = place.right + scrollX < left || place.left + scrollX > right || place.bottom + scrollY < top || place.top + scrollY > bottom;
        box.checked = !isOut || before.has(box);
      }
      show();
    };
    const end = () => {
      removeEventListener("pointermove", draw);
      frame.remove();
    };
    start.preventDefault();
    addEventListener("pointermove", draw);
    addEventListener("pointerup", end, { once: true });
    addEventListener("pointercancel", end, { once: true });
  });

  /* What was done is no longer selected; what was only asked about still is. */
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful && detail.elt === form && !document.querySelector("#toasts .question")) clear();
  });
  for (const event of ["htmx:afterSwap", "htmx:load"]) document.addEventListener(event, show);

  /* Keys: for what is selected, else for what has the focus. */
  const TYPING = "input:not([type=checkbox], [type=range], [type=button]), textarea, select, [contenteditable]";
  // On a closed stack, all that is in it.
  const focused = () => {
    const place = document.activeElement?.closest("[data-cell], .stack");
    return place ? membersOf(place) : [];
  };
  const meant = () => {
    const own = chosen();
    return own.length ? own : focused();
  };
  const act = (change) => {
    const pks = [...new Set(meant().map((box) => box.value))];
    if (!pks.length) return false;
    const values = { ...Object.fromEntries([...form.querySelectorAll("input[type=hidden]")].map((one) => [one.name, one.value])), of: pks, change };
    htmx.ajax("POST", form.action, { source: form, target: "#toasts", swap: "innerHTML", values });
    return true;
  };
  const isStarred = (box) => Boolean(cellOf(box).querySelector(".starred"));
  const compare = () => {
    if (!comparing || comparing.disabled) return false;
    form.requestSubmit(comparing);
    return true;
  };
  const keys = {
    "/": () => {
      const search = document.getElementById("search");
      search?.focus();
      return Boolean(search);
    },
    ".": () => act(meant().every(isStarred) ? "unstar" : "star"),
    c: compare,
    x: () => {
      const those = focused();
      const value = those.some((box) => !box.checked);
      for (const box of those) pick(box, value);
      last = those.at(-1) ?? last;
      show();
      return those.length > 0;
    },
    Delete: () => chosen().length > 0 && act("trash"),
  };
  document.addEventListener("key", (event) => {
    if (keys[event.detail]?.()) event.preventDefault();
  });
  // On a tick Enter would press the first button, with nothing said.
  form?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[type=checkbox]")) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !chosen().length || event.target.closest?.(TYPING) || document.querySelector("dialog[open], :popover-open")) return;
    event.stopImmediatePropagation();
    clear();
  }, { capture: true });

  /* Facets stand beside the rows where there is room. */
  const fold = document.querySelector("[data-facets]");
  if (fold && matchMedia("(width >= 1200px)").matches) fold.open = true;

  /* A stack counts what it has now, and its cover is one of them. */
  const recount = () => {
    for (const stack of document.querySelectorAll(".stack")) {
      const cells = [...stack.querySelectorAll("[data-cell]")].filter((cell) => !cell.hidden);
      const count = String(cells.length);
      stack.classList.toggle("is-single", cells.length === 1);
      for (const place of stack.querySelectorAll("[data-stack-count]")) {
        if (place.textContent !== count) place.textContent = count;
      }
      const fold = stack.querySelector("[data-cover]");
      const shown = cells.find((cell) => cell.querySelector("img"));
      if (!fold || !shown || cells.some((cell) => cell.dataset.cell === fold.dataset.cover)) continue;
      for (const part of ["svg.ground", "img"]) {
        fold.querySelector(`summary > ${part}`).replaceWith(shown.querySelector(part).cloneNode(true));
      }
      fold.dataset.cover = shown.dataset.cell;
    }
    show();
  };

  /* Back: the pages that were loaded come again, and the reader stands where they stood. */
  const kept = `history:${location.pathname}${location.search}`;
  const rows = document.getElementById("history-rows");
  if (rows) {
    const changes = { childList: true, subtree: true, attributeFilter: ["hidden"] };
    new MutationObserver(recount).observe(rows, changes);
    addEventListener("pagehide", () => {
      const count = rows.querySelectorAll("[data-cell]").length;
      sessionStorage.setItem(kept, JSON.stringify({ count, top: scrollY }));
    });
    const before = JSON.parse(sessionStorage.getItem(kept) || "null");
    const isBack = ["back_forward", "reload"].includes(performance.getEntriesByType("navigation")[0]?.type);
    const restore = async () => {
      while (rows.querySelectorAll("[data-cell]").length < before.count) {
        const sentinel = rows.querySelector(".sentinel");
        if (!sentinel) break;
        const address = sentinel.getAttribute("hx-get");
        await htmx.ajax("GET", address, { source: sentinel, target: sentinel.closest(".more"), swap: "outerHTML" });
      }
      scrollTo(0, before.top);
    };
    if (before && isBack && before.top > 0) addEventListener("load", restore, { once: true });
  }
  /* History: the size of the cells, and days that span two pages. */
  const size = document.querySelector("[data-cell-size]");
  const setSize = (value) => document.documentElement.style.setProperty("--cell-chosen", `${value}px`);
  if (size) {
    const chosenSize = localStorage.getItem("cell-size");
    if (chosenSize) setSize(chosenSize);
    const grid = document.querySelector(".grid");
    size.value = chosenSize || (grid ? parseInt(getComputedStyle(grid).getPropertyValue("--cell"), 10) : size.value);
    size.addEventListener("input", () => {
      setSize(size.value);
      localStorage.setItem("cell-size", size.value);
    });
  }
  document.addEventListener("htmx:afterSwap", () => {
    for (const day of document.querySelectorAll(".day + .day")) {
      const before = day.previousElementSibling;
      if (day.dataset.day !== before.dataset.day) continue;
      before.querySelector(".grid, tbody").append(...day.querySelector(".grid, tbody").children);
      day.remove();
    }
  });
  show();
}
