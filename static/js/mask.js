// What is to be painted anew: a brush over the picture, by mouse, finger, pen or keys.
// The mask is a PNG of the picture's size that is transparent where the brush has been.
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const make = () => {
  const dialog = document.createElement("dialog");
  dialog.className = "masker";
  dialog.setAttribute("aria-label", "What to paint anew");
  dialog.innerHTML = `
    <div class="board">
      <img alt="">
      <canvas tabindex="0" role="application" aria-describedby="masker-help"></canvas>
      <span class="ring" aria-hidden="true"></span>
    </div>
    <div class="tools">
      <label>Brush <input type="range" min="1" max="40" value="12" data-size></label>
      <button class="action" type="button" data-erase aria-pressed="false">Erase</button>
      <button class="action" type="button" data-undo disabled>Undo</button>
      <button class="action" type="button" data-clear disabled>Clear</button>
      <p id="masker-help" class="note">Paint over what is to be made anew<span class="by-finger"> with your finger; lift it to end a stroke. Erase takes paint away, Undo the last stroke.</span><span class="by-keys">. By keys: arrows move the brush, Space lowers and lifts it.</span></p>
      <p class="visually-hidden" role="status"></p>
      <button class="action" type="button" data-cancel>Cancel</button>
      <button class="primary" type="button" data-use>Use this mask</button>
    </div>`;
  document.body.append(dialog);
  return dialog;
};

class Masker {
  constructor() {
    this.dialog = make();
    const find = (selector) => this.dialog.querySelector(selector);
    [this.picture, this.canvas, this.ring, this.size] = ["img", "canvas", ".ring", "[data-size]"].map(find);
    [this.eraser, this.undoer, this.clearer, this.status] = ["[data-erase]", "[data-undo]", "[data-clear]", "[role=status]"].map(find);
    this.canvas.setAttribute("aria-label", "Picture to paint over");
    this.ink = this.canvas.getContext("2d", { willReadFrequently: true });
    // A modal dialog closes the sheet that it was opened from.
    this.dialog.addEventListener("close", () => this.sheet?.showPopover());
    find("[data-cancel]").addEventListener("click", () => this.dialog.close());
    find("[data-use]").addEventListener("click", () => this.use());
    this.eraser.addEventListener("click", () => this.eraser.setAttribute("aria-pressed", String(!this.erases)));
    this.undoer.addEventListener("click", () => this.change(() => this.strokes.pop()));
    this.clearer.addEventListener("click", () => this.change(() => this.strokes.push({ isAll: true })));
    this.size.addEventListener("input", () => this.place());
    this.canvas.addEventListener("keydown", (event) => this.pressed(event));
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      this.canvas.addEventListener(name, (event) => this[name](event));
    }
  }

  /* Over the first picture of the strip, with the mask that there is already. */
  async open({ first, width, height }, before, done) {
    [this.done, this.strokes, this.stroke, this.base, this.isDown] = [done, [], null, null, false];
    [this.canvas.width, this.canvas.height] = [Number(width), Number(height)];
    this.at = [this.canvas.width / 2, this.canvas.height / 2];
    this.picture.src = first;
    this.picture.parentElement.style.setProperty("--ratio", width / height);
    if (before) {
      this.base = Object.assign(new Image(), { src: before });
      await this.base.decode().catch(() => (this.base = null));
    }
    this.draw();
    this.sheet = document.querySelector("#composer-sheet:popover-open");
    this.dialog.showModal();
    this.canvas.focus();
    this.place();
  }

  get erases() {
    return this.eraser.getAttribute("aria-pressed") === "true";
  }
  /* The brush's width, in pixels of the picture. */
  get breadth() {
    return (Math.max(this.canvas.width, this.canvas.height) * Number(this.size.value)) / 100;
  }
  get isEmpty() {
    const { data } = this.ink.getImageData(0, 0, this.canvas.width, this.canvas.height);
    return !data.some((value, index) => index % 4 === 3 && value);
  }

  change(work) {
    work();
    this.draw();
  }
  draw() {
    const { width, height } = this.canvas;
    const since = this.strokes.findLastIndex((stroke) => stroke.isAll);
    this.ink.clearRect(0, 0, width, height);
    if (this.base && since < 0) {
      this.fill();
      this.ink.globalCompositeOperation = "destination-out";
      this.ink.drawImage(this.base, 0, 0, width, height);
    }
    for (const stroke of this.strokes.slice(since + 1)) this.trace(stroke);
    this.undoer.disabled = this.strokes.length === 0;
    this.clearer.disabled = this.isEmpty;
  }
  fill() {
    this.ink.globalCompositeOperation = "source-over";
    this.ink.fillStyle = "#e0218a";
    this.ink.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }
  trace({ points, breadth, erases }, from = 0) {
    this.ink.globalCompositeOperation = erases ? "destination-out" : "source-over";
    Object.assign(this.ink, { lineWidth: breadth, lineCap: "round", lineJoin: "round", strokeStyle: "#e0218a" });
    const [x, y] = points[from];
    this.ink.beginPath();
    // A line of no length is not drawn.
    this.ink.moveTo(x - 0.01, y);
    for (const point of points.slice(from)) this.ink.lineTo(...point);
    this.ink.stroke();
  }

  begin() {
    this.stroke = { points: [this.at], breadth: this.breadth, erases: this.erases };
    this.strokes.push(this.stroke);
    this.trace(this.stroke);
  }
  reach(point) {
    this.at = point;
    this.place();
    if (!this.stroke) return;
    this.stroke.points.push(point);
    this.trace(this.stroke, this.stroke.points.length - 2);
  }
  end() {
    this.stroke = null;
    this.undoer.disabled = this.strokes.length === 0;
    this.clearer.disabled = this.isEmpty;
  }
  /* The ring shows where the brush is and how wide. */
  place() {
    const scale = this.canvas.clientWidth / this.canvas.width;
    const [x, y] = this.at.map((side) => side * scale);
    const size = this.breadth * scale;
    for (const [name, value] of Object.entries({ "inline-size": size, "block-size": size, left: x - size / 2, top: y - size / 2 })) {
      this.ring.style.setProperty(name, `${value}px`);
    }
  }
  pointOf({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [((clientX - left) * this.canvas.width) / width, ((clientY - top) * this.canvas.height) / height];
  }

  pointerdown(event) {
    if (event.button) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.isDown = false;
    this.at = this.pointOf(event);
    this.place();
    this.begin();
  }
  pointermove(event) {
    const passed = this.stroke && !this.isDown ? event.getCoalescedEvents?.() ?? [] : [];
    for (const one of passed.length ? passed : [event]) this.reach(this.pointOf(one));
  }
  pointerup() {
    if (!this.isDown) this.end();
  }
  pointercancel() {
    this.pointerup();
  }
  pressed(event) {
    const step = STEPS[event.key];
    if (!step && event.key !== " ") return;
    event.preventDefault();
    if (step) {
      const by = Math.max(1, this.breadth / 4);
      const within = (value, most) => Math.max(0, Math.min(most, value));
      this.reach([within(this.at[0] + step[0] * by, this.canvas.width), within(this.at[1] + step[1] * by, this.canvas.height)]);
    } else {
      this.isDown = !this.isDown;
      if (this.isDown) this.begin();
      else this.end();
      this.status.textContent = this.isDown ? "The brush is down." : "The brush is up.";
    }
  }

  use() {
    const { width, height } = this.canvas;
    if (this.isEmpty) {
      this.dialog.close();
      this.done(null);
      return;
    }
    const sheet = Object.assign(document.createElement("canvas"), { width, height });
    const ink = sheet.getContext("2d");
    ink.fillRect(0, 0, width, height);
    ink.globalCompositeOperation = "destination-out";
    ink.drawImage(this.canvas, 0, 0);
    sheet.toBlob((blob) => {
      this.dialog.close();
      this.done(new File([blob], "mask.png", { type: "image/png" }));
    }, "image/png");
  }
}

let masker;
export const open = (strip, before, done) => (masker ??= new Masker()).open(strip.dataset, before, done);
