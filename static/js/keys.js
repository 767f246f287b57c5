// Single keys and their sheet. They rest while somebody types, and can be switched off.
const read = () => {
  try {
    return localStorage.getItem("single-keys") !== "off";
  } catch {
    return true;
  }
};
let isOn = read();

export const sheet = () => {
  const dialog = document.getElementById("keys-sheet");
  const box = dialog.querySelector("[data-keys-switch]");
  box.checked = isOn;
  box.onchange = () => {
    isOn = box.checked;
    localStorage.setItem("single-keys", isOn ? "on" : "off");
  };
  if (!dialog.open) dialog.showModal();
};

const TYPING = "input:not([type=checkbox], [type=range], [type=button]), textarea, select, [contenteditable]";
const STEPS = { ArrowLeft: [-1, 0], h: [-1, 0], ArrowRight: [1, 0], l: [1, 0], ArrowUp: [0, -1], k: [0, -1], ArrowDown: [0, 1], j: [0, 1] };
const stops = () => [...document.querySelectorAll(".cell .frame, .list th a, #results > .card")].filter((stop) => stop.checkVisibility());
const selected = () => document.activeElement?.closest(".cell, .list tr, .card, .drawer-inner");

// The nearest stop in the wanted direction: same row first for left and right, nearest column else.
const step = ([across, down]) => {
  const all = stops();
  const here = all.find((stop) => stop.closest(".cell, tr, .card") === selected());
  if (!here) return all[0]?.focus();
  if (across) return all[all.indexOf(here) + across]?.focus();
  const from = here.getBoundingClientRect();
  const ahead = all
    .map((stop) => [stop, stop.getBoundingClientRect()])
    .filter(([, box]) => (down > 0 ? box.top >= from.bottom - 4 : box.bottom <= from.top + 4))
    .sort(([, a], [, b]) => Math.abs(a.top - from.top) - Math.abs(b.top - from.top) || Math.abs(a.left - from.left) - Math.abs(b.left - from.left));
  ahead[0]?.[0].focus();
};

const reuse = (take) => {
  const pk = selected()?.dataset.generation;
  if (pk) location.assign(`/?from=${pk}&take=${take}`);
};
const download = () => {
  const link = selected()?.querySelector("a[data-lightbox]");
  if (link) Object.assign(document.createElement("a"), { href: `${link.getAttribute("href")}?download=1`, download: "" }).click();
};
const trash = () => {
  const place = selected();
  const form = place?.querySelector("[data-trash]");
  if (form) return form.requestSubmit();
  const pk = place?.dataset.generation;
  if (!pk) return;
  const all = stops();
  const index = all.findIndex((stop) => place.contains(stop));
  const template = document.createElement("form");
  template.hidden = true;
  template.dataset.trash = pk;
  document.body.append(template);
  htmx
    .ajax("POST", `/generations/${pk}/trash/`, { source: template, target: "#toasts", swap: "innerHTML" })
    .finally(() => template.remove());
  (all[index + 1] || all[index - 1])?.focus();
};

export const press = (event, { open }) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.activeElement?.closest(TYPING) || document.querySelector("dialog[open], :popover-open")) return;
  if (event.key === "?") return sheet();
  if (!isOn || (event.target.matches("[type=range]") && event.key.startsWith("Arrow"))) return;
  if (event.shiftKey && event.key === "X") {
    for (const form of document.querySelectorAll(".card [data-stop]")) form.requestSubmit();
    return;
  }
  // On some keyboards a slash takes Shift.
  if (event.shiftKey && event.key !== "/") return;
  // The page's own keys come first, in the order in which all of them were pressed.
  const asked = new CustomEvent("key", { detail: event.key, cancelable: true });
  if (!document.dispatchEvent(asked)) return event.preventDefault();
  const inGrid = document.querySelector(".grid, .list");
  if (STEPS[event.key] && (inGrid || !event.key.startsWith("Arrow"))) {
    if (stops().length) event.preventDefault();
    return step(STEPS[event.key]);
  }
  const act = {
    Enter: () => event.target.matches(".card") && event.target.querySelector("[data-lightbox]")?.click(),
    i: () => {
      const link = selected()?.querySelector("[data-detail], [data-drawer]");
      if (link && document.getElementById("drawer")) open(link);
    },
    d: download,
    a: () => reuse("all"),
    p: () => reuse("prompt"),
    Delete: trash,
  }[event.key];
  act?.();
};
