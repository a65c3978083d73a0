// A box on a photo, drawn with a mouse, a finger, arrow keys or numbers; all four are the same four numbers.
const HANDLE = 12; // screen pixels around an edge in which it is taken hold of
const SMALLEST = 8; // pixels of the photo
const NAMES = ["x", "y", "width", "height"];
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export const boxes = () => ({
  empty: true,
  drawn: false,

  init() {
    this.size = [Number(this.$root.dataset.width), Number(this.$root.dataset.height)];
    this.canvas = this.$refs.canvas;
    this.inputs = NAMES.map((name) => this.$root.elements[name]);
    this.regions = [...this.$root.querySelectorAll("[data-region]")].map((item) => item.dataset.region.split(",").map(Number));
    this.box = null; // [left, top, right, bottom] in pixels of the photo
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.canvas.addEventListener("pointerdown", (event) => this.down(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, () => (this.held = null));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.typed();
  },

  scale() {
    return this.canvas.clientWidth / this.size[0] || 1; // screen pixels for one of the photo
  },

  at(event) {
    const frame = this.canvas.getBoundingClientRect();
    return [
      clamp(Math.round((event.clientX - frame.left) / this.scale()), 0, this.size[0]),
      clamp(Math.round((event.clientY - frame.top) / this.scale()), 0, this.size[1]),
    ];
  },

  // Which edges lie under a point: [left|right|null, top|bottom|null], or "all" inside the box.
  hold([x, y]) {
    if (!this.box) return null;
    const near = HANDLE / this.scale();
    const [left, top, right, bottom] = this.box;
    if (x < left - near || x > right + near || y < top - near || y > bottom + near) return null;
    const across = Math.abs(x - left) <= near ? 0 : Math.abs(x - right) <= near ? 2 : null;
    const down = Math.abs(y - top) <= near ? 1 : Math.abs(y - bottom) <= near ? 3 : null;
    return across === null && down === null ? "all" : [across, down];
  },

  down(event) {
    if (event.button) return;
    event.preventDefault();
    this.canvas.focus();
    this.canvas.setPointerCapture(event.pointerId);
    const point = this.at(event);
    this.held = { edges: this.hold(point), from: point, box: this.box && [...this.box] };
  },

  move(event) {
    const point = this.at(event);
    if (!this.held) {
      const edges = this.hold(point);
      this.canvas.dataset.cursor = edges === "all" ? "move" : edges ? "size" : "draw";
      return;
    }
    const { edges, from, box } = this.held;
    if (!edges) {
      this.set([Math.min(from[0], point[0]), Math.min(from[1], point[1]), Math.max(from[0], point[0]), Math.max(from[1], point[1])]);
    } else if (edges === "all") {
      this.shift(box, point[0] - from[0], point[1] - from[1]);
    } else {
      const sized = [...box];
      if (edges[0] !== null) sized[edges[0]] = point[0];
      if (edges[1] !== null) sized[edges[1]] = point[1];
      this.set([Math.min(sized[0], sized[2]), Math.min(sized[1], sized[3]), Math.max(sized[0], sized[2]), Math.max(sized[1], sized[3])]);
    }
  },

  shift([left, top, right, bottom], across, down) {
    const x = clamp(left + across, 0, this.size[0] - (right - left));
    const y = clamp(top + down, 0, this.size[1] - (bottom - top));
    this.set([x, y, x + right - left, y + bottom - top]);
  },

  key(event) {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Escape" || event.key === "Delete") return this.clear();
    if (!direction && event.key !== "Enter") return;
    if (!this.box) {
      if (event.key === "Enter") return; // nothing to send: it would search the whole photo
      event.preventDefault();
      const [width, height] = this.size;
      return this.set([width * 0.25, height * 0.25, width * 0.75, height * 0.75].map(Math.round));
    }
    event.preventDefault();
    if (event.key === "Enter") return this.$root.requestSubmit();
    const step = event.altKey ? 1 : Math.max(1, Math.round(Math.max(...this.size) / 100));
    const [across, down] = [direction[0] * step, direction[1] * step];
    if (!event.shiftKey) return this.shift(this.box, across, down);
    const [left, top, right, bottom] = this.box;
    this.set([left, top, clamp(right + across, left + SMALLEST, this.size[0]), clamp(bottom + down, top + SMALLEST, this.size[1])]);
  },

  set(box) {
    this.box = box;
    const numbers = [box[0], box[1], box[2] - box[0], box[3] - box[1]];
    this.inputs.forEach((input, place) => (input.value = numbers[place]));
    this.judge();
  },

  typed() {
    const [x, y, width, height] = this.inputs.map((input) => (input.value === "" ? NaN : Number(input.value)));
    this.box = [x, y, width, height].some(Number.isNaN) ? null : [x, y, x + width, y + height];
    this.judge();
  },

  clear() {
    for (const input of this.inputs) input.value = "";
    this.box = null;
    this.judge();
  },

  judge() {
    this.drawn = this.box !== null;
    this.empty = !this.box || this.box[2] - this.box[0] < SMALLEST || this.box[3] - this.box[1] < SMALLEST;
    this.draw();
  },

  draw() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = devicePixelRatio;
    Object.assign(this.canvas, { width: Math.round(clientWidth * ratio), height: Math.round(clientHeight * ratio) });
    const pen = this.canvas.getContext("2d");
    const scale = this.scale();
    pen.scale(ratio, ratio);
    pen.font = "600 12px Figtree, sans-serif";
    for (const [x, y, width, height, number] of this.regions) {
      this.line(pen, [x, y, x + width, y + height].map((value) => value * scale), [6, 4]);
      pen.fillStyle = "rgb(0 0 0 / 0.75)";
      pen.fillRect(x * scale, y * scale, 20, 18);
      pen.fillStyle = "#fff";
      pen.fillText(number, x * scale + 6, y * scale + 13);
    }
    if (!this.box) return;
    const [left, top, right, bottom] = this.box.map((value) => value * scale);
    pen.fillStyle = "rgb(0 0 0 / 0.45)"; // what is left out is dimmed
    pen.fillRect(0, 0, clientWidth, top);
    pen.fillRect(0, bottom, clientWidth, clientHeight - bottom);
    pen.fillRect(0, top, left, bottom - top);
    pen.fillRect(right, top, clientWidth - right, bottom - top);
    this.line(pen, [left, top, right, bottom], []);
    for (const x of [left, right]) for (const y of [top, bottom]) {
      pen.fillStyle = "#fff";
      pen.fillRect(x - 5, y - 5, 10, 10);
      pen.strokeStyle = "#000";
      pen.strokeRect(x - 5, y - 5, 10, 10);
    }
  },

  // White on black, so that it shows on any photo.
  line(pen, [left, top, right, bottom], dashes) {
    for (const [colour, width] of [["#000", 4], ["#fff", 2]]) {
      pen.setLineDash(dashes);
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.strokeRect(left, top, right - left, bottom - top);
    }
    pen.setLineDash([]);
    pen.lineWidth = 1;
  },
});
