// Pictures compared: side by side with one zoom for all, a slider over two, flicker between two.
// The page holds them as a plain grid; this only moves and covers what is there.
"use strict";
{
  const TYPING = "input:not([type=range], [type=checkbox]), textarea, select, [contenteditable]";
  const TURN = 900; // ms: slow enough to harm nobody
  const MOST_ZOOM = 16;
  const THUMBNAIL = 640; // px, the widest
  const NEAR = 28; // px around the divider that take hold of it
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const within = (low, value, high) => Math.max(low, Math.min(high, value));
  const keysAreOn = () => {
    try {
      return localStorage.getItem("single-keys") !== "off";
    } catch {
      return true;
    }
  };

  class CompareView extends HTMLElement {
    connectedCallback() {
      this.figures = [...this.querySelectorAll(".pane")];
      this.board = this.querySelector(".panes");
      this.view = { zoom: 1, x: 0.5, y: 0.5 };
      this.pair = [0, 1];
      this.fingers = new Map();
      this.quit = new AbortController();
      const on = (target, name, act, more) => target.addEventListener(name, act, { signal: this.quit.signal, ...more });
      on(this, "click", (event) => this.clicked(event));
      on(this, "input", (event) => this.changed(event));
      on(this, "dragstart", (event) => event.preventDefault());
      on(document, "keydown", (event) => this.pressed(event));
      on(this.board, "wheel", (event) => this.wheeled(event), { passive: false });
      for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) on(this.board, name, (event) => this[name](event));
      on(calm, "change", () => this.show());
      this.watch = new ResizeObserver(() => this.draw());
      this.watch.observe(this.board);
      for (const part of this.querySelectorAll(".compare-tools, .compare-help")) part.hidden = false;
      this.cut(50);
      this.enter("side");
    }

    disconnectedCallback() {
      this.quit.abort();
      this.watch.disconnect();
      clearInterval(this.turns);
    }

    /* What is shown */
    enter(mode) {
      this.dataset.mode = mode;
      for (const button of this.querySelectorAll("button[data-mode]")) button.setAttribute("aria-pressed", button.dataset.mode === mode);
      this.isFlipped = false;
      this.show();
    }
    get isPair() {
      return this.dataset.mode !== "side";
    }
    get shown() {
      return this.isPair ? this.pair.map((at) => this.figures[at]) : this.figures;
    }
    show() {
      const [first, second] = this.pair;
      const isFlicker = this.dataset.mode === "flicker";
      this.classList.toggle("many", this.figures.length > 2);
      for (const [at, figure] of this.figures.entries()) {
        figure.hidden = this.isPair && at !== first && at !== second;
        figure.classList.toggle("upper", this.isPair && at === second);
        figure.classList.toggle("away", isFlicker && at === (this.isFlipped ? first : second));
      }
      for (const select of this.querySelectorAll("[data-pick]")) select.value = this.pair[select.dataset.pick];
      const next = this.figures[this.isFlipped ? first : second].dataset.name;
      this.querySelector("[data-flip] span").textContent = `Show ${next}`;
      const alternate = this.querySelector("[data-alternate]");
      alternate.hidden = calm.matches;
      clearInterval(this.turns);
      if (isFlicker && !calm.matches && alternate.control.checked) this.turns = setInterval(() => this.flip(), TURN);
      this.shape();
      this.draw();
    }
    // One box for every picture: as wide as their middle one, so that none is drawn much smaller.
    shape() {
      const ratios = this.shown.map((figure) => this.size(figure).reduce((width, height) => width / height)).sort((a, b) => a - b);
      this.style.setProperty("--ratio", within(0.6, ratios[Math.floor((ratios.length - 1) / 2)], 2));
      this.style.setProperty("--columns", Math.min(ratios.length, this.isPair ? 1 : ratios.length === 4 ? 2 : 3));
    }
    flip() {
      this.isFlipped = !this.isFlipped;
      this.show();
    }
    swap() {
      this.pair.reverse();
      this.isFlipped = false;
      this.show();
    }
    pick(place, at) {
      // Choosing the other one of the pair changes places: a picture is never held against itself.
      if (this.pair[1 - place] === at) this.pair.reverse();
      else this.pair[place] = at;
      this.isFlipped = false;
      this.show();
    }
    cut(percent) {
      this.divide = within(0, percent, 100);
      this.style.setProperty("--cut", `${this.divide}%`);
      this.querySelector("[data-divide]").value = this.divide;
    }

    /* Where it is shown: one zoom, 1 where a picture fits, and one middle, in parts of its size. */
    size(figure) {
      const picture = figure.querySelector("img");
      return [Number(picture.getAttribute("width")), Number(picture.getAttribute("height"))];
    }
    scale(figure) {
      const box = figure.querySelector(".pane-view");
      const [width, height] = this.size(figure);
      return this.view.zoom * Math.min(box.clientWidth / width, box.clientHeight / height);
    }
    draw() {
      const { zoom, x, y } = this.view;
      for (const figure of this.shown) {
        const box = figure.querySelector(".pane-view");
        const [width, height] = this.size(figure);
        const scale = this.scale(figure);
        const left = this.offset(x, width * scale, box.clientWidth);
        const top = this.offset(y, height * scale, box.clientHeight);
        const picture = figure.querySelector("img");
        picture.style.setProperty("transform", `translate(${left}px, ${top}px) scale(${scale})`);
        if (width * scale * devicePixelRatio > THUMBNAIL) this.sharpen(picture, box.href);
      }
      this.classList.toggle("zoomed", zoom > 1.001);
      this.querySelector("[data-zoom=fit] span").textContent = zoom > 1.001 ? `×${zoom.toFixed(1)}` : "Fit";
    }
    offset(middle, size, room) {
      return size <= room ? (room - size) / 2 : within(room - size, room / 2 - middle * size, 0);
    }
    async sharpen(picture, address) {
      if (picture.dataset.sharp) return;
      picture.dataset.sharp = "yes";
      const full = new Image();
      full.src = address;
      await full.decode().catch(() => {});
      if (full.naturalWidth) picture.src = address;
    }
    zoom(by, event) {
      const figure = event?.target.closest?.(".pane") || this.shown[0];
      const box = figure.querySelector(".pane-view").getBoundingClientRect();
      const [width, height] = this.size(figure);
      const before = this.scale(figure);
      const [across, down] = event ? [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2] : [0, 0];
      this.view.zoom = within(1, this.view.zoom * by, MOST_ZOOM);
      const after = this.scale(figure);
      this.move(across / width / before - across / width / after, down / height / before - down / height / after);
    }
    move(x, y) {
      const figure = this.shown[0];
      const box = figure.querySelector(".pane-view");
      const [width, height] = this.size(figure);
      const half = (room, size) => Math.min(0.5, room / size / this.scale(figure) / 2);
      const [left, top] = [half(box.clientWidth, width), half(box.clientHeight, height)];
      this.view.x = within(left, this.view.x + x, 1 - left);
      this.view.y = within(top, this.view.y + y, 1 - top);
      this.draw();
    }
    drag(figure, across, down) {
      const [width, height] = this.size(figure);
      this.move(-across / width / this.scale(figure), -down / height / this.scale(figure));
    }

    /* Mouse and fingers */
    clicked(event) {
      const at = (selector) => event.target.closest(selector);
      if (at("button[data-mode]")) this.enter(at("[data-mode]").dataset.mode);
      else if (at("[data-swap]")) this.swap();
      else if (at("[data-flip]")) this.flip();
      else if (at("[data-zoom]")) this.zoom({ in: 1.5, out: 1 / 1.5, fit: 0 }[at("[data-zoom]").dataset.zoom]);
      else if (at(".pane-view") && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
        event.preventDefault();
        if (this.hasMoved) return;
        if (this.dataset.mode === "flicker") this.flip();
        else if (this.dataset.mode === "side") this.zoom(this.view.zoom > 1.001 ? 0 : 2, event.detail ? event : undefined);
      }
    }
    changed({ target }) {
      if (target.dataset.pick) this.pick(Number(target.dataset.pick), Number(target.value));
      else if ("divide" in target.dataset) this.cut(Number(target.value));
      else this.show();
    }
    wheeled(event) {
      // At rest the wheel scrolls the page; zoomed in, or with Ctrl, it zooms.
      if (!event.ctrlKey && this.view.zoom <= 1.001) return;
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY / 400), event);
    }
    slide(event) {
      const box = this.board.getBoundingClientRect();
      this.cut(((event.clientX - box.left) / box.width) * 100);
    }
    pointerdown(event) {
      if (event.button) return;
      const figure = event.target.closest(".pane");
      if (!figure) return;
      this.fingers.set(event.pointerId, event);
      const box = this.board.getBoundingClientRect();
      const gap = Math.abs(event.clientX - box.left - (box.width * this.divide) / 100);
      this.grip = { figure, gap: this.gap(), zoom: this.view.zoom };
      this.grip.divides = this.dataset.mode === "slider" && (this.view.zoom <= 1.001 || gap < NEAR);
      this.hasMoved = false;
      if (this.grip.divides) this.slide(event);
    }
    pointermove(event) {
      const before = this.fingers.get(event.pointerId);
      if (!before) return;
      const [across, down] = [event.clientX - before.clientX, event.clientY - before.clientY];
      if (!this.hasMoved && Math.hypot(across, down) < 4) return;
      // Only now: a captured press would be clicked on the board, not on the picture.
      if (!this.hasMoved) this.board.setPointerCapture(event.pointerId);
      this.hasMoved = true;
      this.fingers.set(event.pointerId, event);
      if (this.fingers.size === 2) {
        const [a, b] = [...this.fingers.values()];
        const middle = { target: this.grip.figure, clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 };
        this.zoom((this.grip.zoom * this.gap()) / this.grip.gap / this.view.zoom, middle);
      } else if (this.grip.divides) this.slide(event);
      else this.drag(this.grip.figure, across, down);
    }
    pointerup(event) {
      this.fingers.delete(event.pointerId);
    }
    pointercancel(event) {
      this.fingers.delete(event.pointerId);
    }
    gap() {
      const [a, b] = [...this.fingers.values()];
      return a && b ? Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)) : 1;
    }

    /* Keys */
    pressed(event) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (event.target.closest?.(TYPING) || document.querySelector("dialog[open], :popover-open")) return;
      const act = event.target.closest?.(".pane-view") && this.arrow(event.key);
      const single = {
        1: () => this.enter("side"),
        2: () => this.enter("slider"),
        3: () => this.enter("flicker"),
        f: () => (this.dataset.mode === "flicker" ? this.flip() : this.enter("flicker")),
        x: () => this.isPair && this.swap(),
        "+": () => this.zoom(1.5),
        "=": () => this.zoom(1.5),
        "-": () => this.zoom(1 / 1.5),
        0: () => this.zoom(0),
      }[event.key];
      const wanted = act || (keysAreOn() && single);
      if (!wanted) return;
      event.preventDefault();
      wanted();
    }
    arrow(key) {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
      if (!step) return null;
      if (this.dataset.mode === "slider" && this.view.zoom <= 1.001) return step[0] ? () => this.cut(this.divide + 2 * step[0]) : null;
      if (this.view.zoom <= 1.001) return null;
      return () => this.move((step[0] * 0.1) / this.view.zoom, (step[1] * 0.1) / this.view.zoom);
    }
  }

  customElements.define("compare-view", CompareView);
}
