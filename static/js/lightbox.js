// Pictures over the whole window: ← → Esc, zoom at the pointer, swipe and pinch.
const icon = (name) =>
  `<svg class="icon" width="20" height="20" aria-hidden="true"><use href="${document.documentElement.dataset.icons}#${name}"></use></svg>`;

const make = () => {
  const dialog = document.createElement("dialog");
  dialog.className = "lightbox";
  dialog.setAttribute("aria-label", "Picture");
  dialog.tabIndex = -1;
  dialog.innerHTML = `
    <div class="stage"><img alt="" draggable="false"></div>
    <div class="caption">
      <button class="quiet" type="button" data-step="-1" aria-label="Previous picture">${icon("left")}</button>
      <button class="quiet" type="button" data-step="1" aria-label="Next picture">${icon("right")}</button>
      <p aria-live="polite"></p>
      <button class="quiet" type="button" data-zoom>Fit</button>
      <a class="quiet" data-save download>${icon("download")}Download</a>
      <button class="quiet" type="button" data-close aria-label="Close">${icon("close")}</button>
    </div>`;
  document.body.append(dialog);
  return dialog;
};

class Lightbox {
  constructor() {
    this.dialog = make();
    this.stage = this.dialog.querySelector(".stage");
    this.picture = this.dialog.querySelector("img");
    this.fingers = new Map();
    this.dialog.addEventListener("click", (event) => this.clicked(event));
    this.dialog.addEventListener("keydown", (event) => this.pressed(event));
    this.dialog.addEventListener("close", () => this.link?.focus({ preventScroll: true }));
    this.stage.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      this.stage.addEventListener(name, (event) => this[name](event));
    }
    addEventListener("resize", () => this.dialog.open && this.fit());
  }

  open(link) {
    this.links = [...document.querySelectorAll("a[data-lightbox]")].filter((other) => !other.closest("[hidden]") && !!other.closest("#drawer") === !!link.closest("#drawer"));
    if (!this.dialog.open) this.dialog.showModal();
    this.show(link);
  }

  show(link) {
    this.link = link;
    const { width, height, small } = link.dataset;
    [this.width, this.height] = [Number(width), Number(height)];
    this.picture.width = this.width;
    this.picture.height = this.height;
    this.picture.alt = link.querySelector("img").alt;
    this.picture.src = small;
    const full = new Image();
    full.src = link.href;
    full.decode().then(() => this.link === link && (this.picture.src = link.href), () => {});
    const at = this.links.indexOf(link);
    const place = this.links.length > 1 ? `${at + 1} of ${this.links.length} · ` : "";
    this.dialog.querySelector("p").textContent = `${place}${width} × ${height}`;
    this.dialog.querySelector("[data-save]").href = `${link.getAttribute("href")}?download=1`;
    for (const button of this.dialog.querySelectorAll("[data-step]")) {
      button.disabled = !this.links[at + Number(button.dataset.step)];
      // A disabled button that had the focus would take the keys out of the dialog.
      if (button.disabled && button === document.activeElement) this.dialog.focus();
    }
    for (const near of [at - 1, at + 1]) if (this.links[near]) new Image().src = this.links[near].href;
    this.fit();
  }

  step(by) {
    const next = this.links[this.links.indexOf(this.link) + by];
    if (next) this.show(next);
  }

  /* Where the picture stands: a scale and an offset, in CSS pixels of the stage. */
  get fitting() {
    return Math.min(this.stage.clientWidth / this.width, this.stage.clientHeight / this.height, 1);
  }
  fit() {
    this.scale = this.fitting;
    this.x = (this.stage.clientWidth - this.width * this.scale) / 2;
    this.y = (this.stage.clientHeight - this.height * this.scale) / 2;
    this.place();
  }
  zoom(scale, clientX, clientY) {
    const box = this.stage.getBoundingClientRect();
    const [px, py] = [(clientX ?? box.width / 2) - box.left, (clientY ?? box.height / 2) - box.top];
    const next = Math.max(this.fitting, Math.min(4, scale));
    this.x = px - ((px - this.x) * next) / this.scale;
    this.y = py - ((py - this.y) * next) / this.scale;
    this.scale = next;
    this.place();
  }
  place() {
    const inside = (offset, size, room) => (size <= room ? (room - size) / 2 : Math.min(0, Math.max(room - size, offset)));
    this.x = inside(this.x, this.width * this.scale, this.stage.clientWidth);
    this.y = inside(this.y, this.height * this.scale, this.stage.clientHeight);
    this.picture.style.setProperty("transform", `translate(${this.x}px, ${this.y}px) scale(${this.scale})`);
    const isFit = this.scale <= this.fitting + 0.001;
    this.stage.classList.toggle("zoomed", !isFit);
    this.dialog.querySelector("[data-zoom]").textContent = isFit ? "Fit" : `${Math.round(this.scale * 100)} %`;
  }
  cycle(event) {
    const steps = [this.fitting, 1, 2].filter((scale, index) => !index || scale > this.fitting + 0.001);
    const next = steps.find((scale) => scale > this.scale + 0.001) ?? steps[0];
    this.zoom(next, event?.clientX, event?.clientY);
  }

  clicked({ target }) {
    const button = target.closest("[data-step], [data-zoom], [data-close]");
    if (!button) return;
    if (button.dataset.step) this.step(Number(button.dataset.step));
    else if ("zoom" in button.dataset) this.cycle();
    else this.dialog.close();
  }
  pressed(event) {
    const act = { ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1), "+": () => this.zoom(this.scale * 1.25), "-": () => this.zoom(this.scale / 1.25), d: () => this.dialog.querySelector("[data-save]").click() }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
  wheeled(event) {
    event.preventDefault();
    this.zoom(this.scale * Math.exp(-event.deltaY / 400), event.clientX, event.clientY);
  }

  pointerdown(event) {
    this.stage.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, event);
    this.start = { x: event.clientX, y: event.clientY, moved: 0, gap: this.gap(), scale: this.scale };
  }
  pointermove(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    this.fingers.set(event.pointerId, event);
    if (this.fingers.size === 2) {
      const [a, b] = [...this.fingers.values()];
      this.start.pinched = true;
      this.zoom((this.start.scale * this.gap()) / this.start.gap, (a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);
      return;
    }
    this.x += event.clientX - before.clientX;
    this.y += event.clientY - before.clientY;
    this.place();
  }
  pointerup(event) {
    if (!this.fingers.delete(event.pointerId) || this.fingers.size || this.start.pinched) return;
    const [dx, dy] = [event.clientX - this.start.x, event.clientY - this.start.y];
    const isFit = !this.stage.classList.contains("zoomed");
    if (isFit && Math.abs(dx) > 56 && Math.abs(dx) > 2 * Math.abs(dy)) this.step(dx < 0 ? 1 : -1);
    else if (isFit && dy > 96 && event.pointerType !== "mouse") this.dialog.close();
    else if (Math.hypot(dx, dy) < 5 && event.pointerType === "mouse") this.cycle(event);
  }
  pointercancel(event) {
    this.fingers.delete(event.pointerId);
  }
  gap() {
    const [a, b] = [...this.fingers.values()];
    return a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 1;
  }
}

// Its looks come with it, once; without them it still opens.
const looks = new Promise((resolve) => {
  const sheet = document.createElement("link");
  Object.assign(sheet, { rel: "stylesheet", href: document.documentElement.dataset.looks, onload: resolve, onerror: resolve });
  document.head.append(sheet);
});
let box;
export const open = async (link) => {
  await looks;
  (box ??= new Lightbox()).open(link);
};
