// Pictures that go along with a prompt: added, put into another order, removed.
// The studio draws the strip; here it is only said what is to be in it.
const form = () => document.getElementById("composer");
const strip = () => document.getElementById("along");
const items = () => [...strip().querySelectorAll("[data-reference]")];

let queue = Promise.resolve();
const later = (work) => (queue = queue.then(work, work));

const say = (words) => {
  const line = strip().querySelector("[data-along-line]");
  line.textContent = words;
  line.hidden = !words;
};

/* Tell the studio what is there now, with what is new; it answers with the strip. */
const send = async (field = "", news = []) => {
  const data = new FormData();
  for (const name of ["csrfmiddlewaretoken", "references", "mask", "make", "input_fidelity"]) {
    data.set(name, form().elements[name]?.value ?? "");
  }
  for (const one of news) data.append(field, one);
  if (news.length) say("Adding…");
  const headers = { "HX-Request": "true" };
  const answer = await fetch("/references/", { method: "POST", body: data, headers }).catch(() => null);
  if (!answer?.ok || answer.headers.has("HX-Redirect")) {
    say(news.length ? "Not added: the studio did not answer. Try again in a moment." : "");
    return;
  }
  const held = document.activeElement.closest?.("#along *");
  strip().outerHTML = await answer.text();
  if (held) likeIt(held)?.focus();
  changed();
};

/* The strip is drawn anew: what had the focus is now another element, or at its end a disabled one. */
const likeIt = (held) => {
  const { move } = held.dataset;
  const item = strip().querySelector(`[data-reference="${held.closest("[data-reference]")?.dataset.reference}"]`);
  const same = move && item?.querySelector(`[data-move="${move}"]:enabled`);
  return same || (move && item?.querySelector("[data-move]:enabled")) || strip().querySelector("[data-remove], [name=files]");
};

const changed = () => {
  form().elements.references.dispatchEvent(new Event("input", { bubbles: true }));
  count();
};

/* What stands in the strip is what is sent; a mask belongs to the first picture alone. */
const note = () => {
  const { references, mask } = form().elements;
  const ids = items().map((item) => item.dataset.reference);
  if (mask && ids[0] !== references.value.split(" ")[0]) mask.value = "";
  references.value = ids.join(" ");
  changed();
  later(() => send());
};

const count = () => {
  const { model } = form().elements;
  const [chosen] = model.selectedOptions;
  const taken = chosen ? model.dataset.takes.split("|")[chosen.dataset.takes] : "";
  const [most, there] = [Number(/along-(\d+)/.exec(taken)?.[1] ?? 0), items().length];
  const line = strip().querySelector("[data-too-many]");
  line.hidden = there <= most;
  line.textContent = `${chosen?.textContent} takes ${most === 1 ? "one picture" : `${most} pictures`} along; remove ${there - most}.`;
};

export const add = (files, field = "files") => later(() => send(field, [...files]));

/* A picture of an answer, by its id. */
export const take = (picture) => later(() => send("picture", [picture]));

export const unmask = () =>
  later(() => {
    form().elements.mask.value = "";
    return send();
  });

export const act = (button) => {
  const item = button.closest("[data-reference]");
  if ("remove" in button.dataset) item.remove();
  else if (button.dataset.move === "-1") item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  // What is moved about in a page loses the focus.
  if (button.isConnected) button.focus();
  note();
};

/* By drag: the others make room while it hovers. */
let dragged = null;
document.addEventListener("dragstart", ({ target, dataTransfer }) => {
  dragged = target.closest?.("[data-reference]") ?? null;
  if (!dragged) return;
  dataTransfer.effectAllowed = "move";
  dataTransfer.setData("text/plain", dragged.dataset.reference);
  dragged.classList.add("dragged");
});
document.addEventListener("dragover", (event) => {
  if (!dragged) return;
  event.preventDefault();
  const over = event.target.closest?.("[data-reference]");
  if (!over || over === dragged) return;
  const { left, width } = over.getBoundingClientRect();
  if (event.clientX < left + width / 2) over.before(dragged);
  else over.after(dragged);
});
document.addEventListener("drop", (event) => dragged && event.preventDefault());
document.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged.classList.remove("dragged");
  dragged = null;
  note();
});

document.addEventListener("change", ({ target }) => target.form === form() && target.name === "model" && count());
/* What waited in this browser came back into the form: its pictures are to be seen, too. */
document.addEventListener("input", ({ target }) => {
  if (target.name !== "references") return;
  if (target.value !== items().map((item) => item.dataset.reference).join(" ")) later(() => send());
});
count();
