// What the studio could not be told in time waits here, in this browser, draft by draft.
"use strict";
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
        else if (value !== null && (!field.options || offers(field, value))) field.value = value;
      }
    },
  };
};
