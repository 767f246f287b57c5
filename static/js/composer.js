// The composer: sliders in step with their numbers, counts in the headers, chips for stop,
// only the controls that the chosen model takes, and what must survive a submission.
"use strict";
{
  const { drafts, references, mask } = document.currentScript.dataset;
  const form = () => document.getElementById("composer");
  const differs = (field) => {
    const box = field.querySelector("[type=number]");
    return box.value !== "" && Number(box.value) !== Number(field.dataset.default);
  };
  const isSet = (field) => {
    const input = field.querySelector("[name]");
    return input.type === "checkbox" ? input.checked : input.value.trim() !== "";
  };
  const tally = (group, count) => {
    group.querySelector("[data-tally]").textContent = count ? `${count} changed` : "";
  };

  /* Everything that follows from the values, in one pass. */
  const refresh = () => {
    const composer = form();
    if (!composer) return;
    const { model } = composer.elements;
    const [option] = model.selectedOptions;
    const taken = option && model.dataset.takes.split("|")[option.dataset.takes].split(" ");
    for (const field of composer.querySelectorAll("[data-param]")) {
      const applies = !taken || ["stream", ...taken].includes(field.dataset.param);
      field.hidden = !applies;
      for (const input of field.querySelectorAll("input, textarea, select")) input.disabled = !applies;
    }
    const looks = composer.querySelector("[data-choices]");
    if (looks) offer(composer, looks, JSON.parse(looks.dataset.choices)[model.value] ?? {});
    else if (option && "images" in option.dataset) fetchFields(composer.querySelector("#shapes"));
    const sliders = [...composer.querySelectorAll(".slider:not([hidden])")];
    for (const slider of sliders) slider.querySelector("[data-reset]").hidden = !differs(slider);
    const moved = sliders.filter(differs).map((slider) => slider.dataset.param);
    const [sampling, limits] = ["sampling", "limits"].map((name) => composer.querySelector(`[data-group=${name}]`));
    sampling.hidden = sliders.length === 0;
    tally(sampling, moved.length);
    sampling.querySelector("[data-both]").hidden = !(moved.includes("temperature") && moved.includes("top_p"));
    const counted = [...limits.querySelectorAll(".field:not([hidden])")].filter((field) => field.dataset.param !== "stream");
    tally(limits, counted.filter(isSet).length);
    composer.elements.prompt.required = !composer.querySelector("[name=make][value=variation]:checked:enabled");
    const dock = document.querySelector("[data-dock-text]");
    if (dock) dock.textContent = composer.elements.prompt.value.trim().split("\n")[0] || "Write a prompt";
  };
  /* Of each choice only what the model takes; who has chosen something else gets what it assumes. */
  const offer = (composer, looks, taken) => {
    composer.querySelector("[data-own-size]").hidden = !taken.any_size;
    const shapes = [...composer.querySelectorAll(".shape")];
    for (const shape of shapes) shape.hidden = !taken.size?.includes(shape.dataset.choice);
    const radios = shapes.filter((shape) => !shape.hidden).map((shape) => shape.querySelector("input"));
    radios.sort((one, other) => taken.size.indexOf(one.value) - taken.size.indexOf(other.value));
    if (radios.length && !radios.some((radio) => radio.checked)) radios[0].checked = true;
    for (const select of looks.querySelectorAll("select")) {
      for (const option of select.options) option.disabled = option.hidden = option.value !== "" && !taken[select.name]?.includes(option.value);
      if (select.selectedOptions[0]?.disabled) select.value = "";
    }
    const shown = [...looks.querySelectorAll(".field:not([hidden])")];
    looks.hidden = shown.length === 0;
    tally(looks, shown.filter(isSet).length);
  };
  /* What only picture models take comes when the first of them is chosen. */
  const fetchFields = (target) => {
    if (target.ariaBusy) return;
    target.ariaBusy = "true";
    htmx.ajax("GET", target.dataset.fields, { target, swap: "innerHTML" }).then(() => {
      target.ariaBusy = null;
      if (target.children.length) refresh();
    });
  };

  document.addEventListener("input", ({ target }) => {
    if (!target.closest("#composer")) return;
    const slider = target.closest(".slider");
    if (slider) {
      const [box, range] = ["number", "range"].map((type) => slider.querySelector(`[type=${type}]`));
      if (target === range) box.value = Number(range.value);
      else range.value = box.value === "" ? slider.dataset.default : box.value;
    }
    if (target.matches(".grow")) grow(target);
    refresh();
  });
  document.addEventListener("change", ({ target }) => target.closest("#composer") && refresh());
  document.addEventListener("click", ({ target }) => {
    const slider = target.closest("[data-reset]")?.closest(".slider");
    if (!slider) return;
    const box = slider.querySelector("[type=number]");
    box.value = "";
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  });

  /* Pictures that go along: their scripts come when the first picture does. */
  const strip = () => document.getElementById("along");
  const takeAlong = async (files) => {
    if (strip().hidden) document.getElementById("draft-line").textContent = "This model takes no pictures along; choose one that does.";
    else (await import(references)).add(files);
  };
  const brings = ({ dataTransfer, target }) => dataTransfer?.types.includes("Files") && target.closest?.("#composer-sheet");
  document.addEventListener("dragover", (event) => brings(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    takeAlong([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData;
    if (!files.length || types.includes("text/plain") || !event.target.closest?.("#composer-sheet")) return;
    event.preventDefault();
    takeAlong([...files]);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.name !== "files" || !target.files.length) return;
    takeAlong([...target.files]);
    target.value = "";
  });
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("#along [data-move], #along [data-remove], #along [data-unmask], #along [data-mask]");
    if (!button) return;
    const { add, act, unmask } = await import(references);
    if ("unmask" in button.dataset) return unmask();
    if (!("mask" in button.dataset)) return act(button);
    const drawn = strip().querySelector(".mask > img")?.dataset.original;
    (await import(mask)).open(strip(), drawn, (file) => (file ? add([file], "mask_file") : unmask()));
  });
  /* A picture of an answer goes along with what is written here, where it can be seen to. */
  document.addEventListener("submit", async (event) => {
    const { picture } = event.target.dataset;
    if (!picture || !strip().checkVisibility()) return;
    event.preventDefault();
    event.stopPropagation();
    (await import(references)).take(picture);
  }, true);
  const seesAlong = () => strip()?.querySelector("[data-reference]") && import(references);
  addEventListener("load", seesAlong);

  /* Browsers without field-sizing: the height follows the text by hand. */
  const grow = (area) => {
    if (CSS.supports("field-sizing", "content")) return;
    area.style.setProperty("block-size", "auto");
    area.style.setProperty("block-size", `${area.scrollHeight + 2}px`);
  };

  /* Keys that work while typing. */
  let walked = -1;
  let draft = "";
  const prompts = () => [
    ...new Set([...document.querySelectorAll("#results [data-prompt]")].map((text) => text.textContent)),
  ];
  document.addEventListener("keydown", (event) => {
    const composer = event.target.closest?.("#composer");
    if (!composer) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const go = composer.querySelector(".go [type=submit]");
      if (!go.disabled) composer.requestSubmit(go);
    } else if (event.key === "Enter" && event.target.matches("input:not([type=file])")) {
      event.preventDefault(); // Only what is asked for by name costs money.
    }
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const known = prompts();
    const area = composer.elements.prompt;
    if (walked < 0) draft = area.value;
    walked = Math.max(-1, Math.min(known.length - 1, walked + (event.key === "ArrowUp" ? 1 : -1)));
    area.value = walked < 0 ? draft : known[walked];
    area.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "walked" }));
  });

  /* What a swap of the whole form must not lose: which groups are open. */
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const composer = form();
    if (detail.target !== composer) return;
    opened = [...composer.querySelectorAll(".group[open]")].map((group) => group.dataset.group);
  });
  let opened = [];
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.elt.id !== "composer" && detail.target?.id !== "composer") return;
    const composer = form();
    for (const group of composer.querySelectorAll(".group")) {
      if (opened.includes(group.dataset.group) || group.querySelector(".field-error")) group.open = true;
    }
    const go = composer.elements.mending && composer.querySelector(".go .primary");
    (composer.querySelector("[aria-invalid=true]") ?? go)?.focus();
    walked = -1;
    refresh();
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt.id !== "composer" || detail.xhr.status !== 200) return;
    walked = -1;
    for (const sheet of document.querySelectorAll("#parameters:popover-open, #composer-sheet:popover-open")) sheet.hidePopover();
  });

  /* What is left of a budget changes as runs begin and end, here and elsewhere. */
  let counted = "";
  new MutationObserver(() => {
    const { count } = document.getElementById("running-count")?.dataset ?? {};
    if (count === counted) return;
    counted = count;
    const line = document.querySelector("#cost-line:has([data-left])");
    if (line) htmx.trigger(line, "stale");
  }).observe(document.querySelector(".bar"), { childList: true, subtree: true });

  /* Stop sequences: the lines of a text field, shown as chips. */
  class StopChips extends HTMLElement {
    connectedCallback() {
      this.area = this.querySelector("textarea");
      if (this.querySelector(".chips")) return;
      this.list = document.createElement("ul");
      this.list.className = "chips";
      this.box = document.createElement("input");
      this.box.type = "text";
      this.box.id = `${this.area.id}_next`;
      this.box.autocomplete = "off";
      this.box.placeholder = "Type one, then press Enter";
      this.box.setAttribute("aria-describedby", `${this.area.id}_helptext`);
      this.box.addEventListener("keydown", (event) => this.typed(event));
      this.box.addEventListener("change", () => this.add());
      this.list.addEventListener("click", (event) => this.drop(event));
      this.area.hidden = true;
      this.closest(".field").querySelector("label").htmlFor = this.box.id;
      this.append(this.list, this.box);
      this.draw();
    }
    get lines() {
      return this.area.value.split("\n").filter(Boolean);
    }
    set lines(lines) {
      this.area.value = lines.slice(0, 4).join("\n");
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
      this.draw();
    }
    typed(event) {
      if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        this.add();
      } else if (event.key === "Enter") this.add();
      else if (event.key === "Backspace" && this.box.value === "") this.lines = this.lines.slice(0, -1);
    }
    add() {
      if (!this.box.value) return;
      const lines = [...new Set([...this.lines, this.box.value])];
      this.box.value = "";
      this.lines = lines;
      if (this.box.hidden) this.list.querySelector("li:last-child button").focus();
    }
    drop(event) {
      const chip = event.target.closest("button");
      if (!chip) return;
      this.lines = this.lines.filter((line) => line !== chip.dataset.line);
      this.box.focus();
    }
    draw() {
      this.list.replaceChildren(...this.lines.map((line) => this.chip(line)));
      this.list.hidden = this.lines.length === 0;
      this.box.hidden = this.lines.length >= 4;
    }
    chip(line) {
      const item = document.createElement("li");
      const button = document.createElement("button");
      const words = document.createElement("span");
      button.type = "button";
      button.className = "chip";
      button.dataset.line = line;
      button.setAttribute("aria-label", `Remove the stop sequence ${line}`);
      words.textContent = line;
      button.append(words, "×");
      item.append(button);
      return item;
    }
  }
  customElements.define("stop-chips", StopChips);

  refresh();
  const area = form()?.elements.prompt;
  if (area) grow(area);
  // Who came here with a draft, a prompt or a model in hand wants the composer.
  const [visit] = performance.getEntriesByType("navigation");
  if (area && visit?.type !== "reload" && /[?&](from|model|prompt|draft|new)\b/.test(location.search)) {
    if (matchMedia("(width < 700px)").matches) document.getElementById("composer-sheet").showPopover?.();
    area.focus({ preventScroll: true });
  }
  document.addEventListener("toggle", (event) => {
    if (event.target.id === "composer-sheet" && event.newState === "open") form().elements.prompt.focus();
  }, true);

  /* Drafts are kept from the first touch of the composer on, or soon after the page has come; where
     there are some, at once. */
  const SOON = 2_000;
  let [isTyped, isAsked] = [false, false];
  const isKept = () => {
    try {
      return Object.keys(localStorage).some((key) => key.startsWith("draft of "));
    } catch {
      return false;
    }
  };
  const noteTyped = ({ target }) => (isTyped ||= target.form === form());
  const keepDrafts = () => {
    if (isAsked) return;
    isAsked = true;
    const script = document.createElement("script");
    script.src = drafts;
    script.addEventListener("load", () => {
      document.removeEventListener("input", noteTyped, true);
      // What was typed while the script was on its way has told nobody yet.
      if (isTyped) form().elements.prompt.dispatchEvent(new Event("input", { bubbles: true }));
    });
    script.addEventListener("error", () => {
      isAsked = false;
      script.remove();
      setTimeout(keepDrafts, SOON);
    });
    document.head.append(script);
  };
  const touched = ({ target }) => target.closest?.("#composer-sheet") && keepDrafts();
  if (area) {
    document.addEventListener("input", noteTyped, true);
    const hasDraft = document.getElementById("version")?.value !== "0";
    if (hasDraft || isKept() || document.activeElement === area) keepDrafts();
    for (const event of ["focusin", "pointerdown"]) document.addEventListener(event, touched, true);
    addEventListener("load", () => setTimeout(keepDrafts, SOON));
  }
}
