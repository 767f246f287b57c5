// Suggests people as a name is typed. Without it the form asks for the whole name.
const FIELD = { app_label: "records", model_name: "generation", field_name: "owner" };
const PAUSE = 150;

let due;
let asked;

async function suggest(input) {
  asked?.abort();
  asked = new AbortController();
  const query = new URLSearchParams({ ...FIELD, term: input.value });
  try {
    const reply = await fetch(`${input.dataset.suggest}?${query}`, { signal: asked.signal });
    if (!reply.ok) return;
    const { results } = await reply.json();
    input.list.replaceChildren(...results.map(({ text }) => new Option(text, text)));
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

document.addEventListener("input", ({ target }) => {
  if (!target.dataset?.suggest) return;
  clearTimeout(due);
  due = setTimeout(suggest, PAUSE, target);
});
