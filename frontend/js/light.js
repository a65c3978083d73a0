// The light table: a grid of pictures by keyboard, what is chosen in it, and one picture looked at closely.
const MOVES = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: "up", ArrowDown: "down" };

const opens = () => [...document.querySelectorAll("[data-grid] [data-open]")];
const BOX = ".pick input"; // ids are of delivered pictures, doubts of those that wait for an answer
const boxes = (state = "") => [...document.querySelectorAll(`[data-grid] ${BOX}${state}`)];
const boxOf = (open) => open.closest("li").querySelector(BOX);
const counted = (count, one) => `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
const STEPS = { ",": -0.2, ".": 0.2 }; // seconds of a video
const typing = (target) => target.matches('input:not([type="checkbox"]), textarea, select, [contenteditable]');

export const light = () => ({
  anchor: null,

  init() {
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("change", (event) => {
      if (event.target.matches(BOX)) this.count();
    });
    document.addEventListener("htmx:afterSettle", () => this.count());
    document.addEventListener("play", (event) => this.alone(event.target), true);
    document.addEventListener("click", (event) => this.click(event));
    document.addEventListener("htmx:afterRequest", (event) => {
      if (!event.detail.successful) return event.target.closest("dialog")?.close(); // what went wrong is told beneath it
      if (event.target.id.startsWith("bulk-")) this.choose(() => false);
      if (event.target.matches("[data-answers]")) this.answered(event.target.closest("dialog"));
      if (event.target.id === "delete") document.querySelector("[data-picture]")?.classList.add("gone");
      if (event.target.matches("[data-undo]")) document.querySelector("[data-picture]")?.classList.remove("gone");
    });
    document.querySelector("[data-filters]")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());
    document.querySelector("[data-filters]")?.addEventListener("submit", (event) => {
      for (const field of event.currentTarget.elements) if (field.name && !field.value) field.disabled = true;
    });
    this.stage();
    this.count();
  },

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const dialog = document.querySelector("dialog[open]");
    if (dialog) {
      if (event.key.toLowerCase() === "z" && dialog.matches(".loupe")) dialog.close();
      return;
    }
    const open = event.target.closest?.("[data-open]") ?? event.target.closest?.("[data-grid] li")?.querySelector("[data-open]");
    if (open) return this.inGrid(event, open);
    const page = document.querySelector("[data-picture]");
    if (!page) return;
    if (event.key.toLowerCase() === "z" && page.dataset.picture) this.loupe(page.dataset.picture);
    if (event.target.matches("input")) return;
    if (["a", "r"].includes(event.key.toLowerCase())) this.answer(document.getElementById("review"), event.key.toLowerCase());
    if (event.target.matches("video")) return; // arrows move within a video that has the page to itself
    if (event.key === "ArrowLeft") document.querySelector('[rel="prev"]')?.click();
    if (event.key === "ArrowRight") document.querySelector('[rel="next"]')?.click();
  },

  inGrid(event, open) {
    const all = opens();
    const here = all.indexOf(open);
    const letter = event.key.toLowerCase();
    if (event.key in MOVES) {
      const there = this.moved(all, here, MOVES[event.key]);
      if (event.shiftKey) this.range(all, here, there);
      all[there].focus();
    } else if (open.matches("video") && event.key in STEPS) {
      open.currentTime += STEPS[event.key];
    } else if (event.key === " " && open.matches("video")) {
      return; // the browser plays and stops it, or presses the button that has the focus
    } else if (event.key === " " && event.target === open) {
      if (event.shiftKey && this.anchor) this.range(all, all.indexOf(this.anchor), here);
      else if (boxOf(open)) boxOf(open).checked = !boxOf(open).checked;
      this.anchor = open;
      this.count();
    } else if (letter === "k") this.act(open, "bulk-keep", "[data-keep]");
    else if (letter === "d" || event.key === "Delete") this.act(open, "bulk-delete", "[data-delete]");
    else if ((letter === "a" || letter === "r") && boxes('[name="doubts"]:checked').length) this.sheet(letter === "a" ? "accept-sheet" : "reject-sheet");
    else if (letter === "a" || letter === "r") this.answer(open.closest("li"), letter);
    else if (letter >= "1" && letter <= "5") open.closest("li").querySelector(`[data-rate="${letter}"]`)?.click();
    else if (letter === "z") this.loupe(open.dataset.full, open);
    else if (event.key === "Escape") this.choose(() => false);
    else return;
    event.preventDefault();
  },

  // One video of a grid at a time.
  alone(playing) {
    for (const video of playing.closest("[data-grid]")?.querySelectorAll("video") ?? []) if (video !== playing) video.pause();
  },

  // Up and down find the picture of the next row that is nearest across.
  moved(all, here, move) {
    if (typeof move === "number") return Math.min(all.length - 1, Math.max(0, here + move));
    const box = all[here].getBoundingClientRect();
    const down = move === "down";
    const rows = all.map((one, index) => ({ index, at: one.getBoundingClientRect() }));
    const beyond = rows.filter(({ at }) => (down ? at.top > box.top + 4 : at.top < box.top - 4));
    beyond.sort((a, b) => Math.abs(a.at.top - box.top) - Math.abs(b.at.top - box.top) || Math.abs(a.at.left - box.left) - Math.abs(b.at.left - box.left));
    return beyond[0]?.index ?? here;
  },

  range(all, from, to) {
    const [first, last] = from < to ? [from, to] : [to, from];
    for (const one of all.slice(first, last + 1)) if (boxOf(one)) boxOf(one).checked = true;
    this.count();
  },

  // On all that is chosen, or else on the picture at hand; the focus goes on to the next.
  act(open, bulk, single) {
    const chosen = boxes('[name="ids"]:checked').length;
    const all = opens();
    if (single === "[data-delete]") (all[all.indexOf(open) + 1] ?? all[all.indexOf(open) - 1])?.focus();
    if (chosen) document.getElementById(bulk).click();
    else open.closest("li").querySelector(single)?.click();
  },

  // A is yes, R is no to a picture that waits for somebody's look.
  answer(place, letter) {
    const button = place?.querySelector(letter === "a" ? "[data-accept]" : "[data-reject]");
    if (!button) return;
    const all = opens();
    const here = all.indexOf(place.querySelector("[data-open]"));
    if (here >= 0) (all[here + 1] ?? all[here - 1])?.focus();
    button.click();
  },

  // The sum before many are accepted, the reason before they are rejected.
  sheet(id) {
    const sheet = document.getElementById(id);
    sheet.querySelector("form").reset();
    sheet.showModal();
    window.htmx.trigger(sheet, "opened");
  },

  // On to what still waits; those that could not be answered stay chosen, and each says why.
  answered(sheet) {
    sheet.close();
    this.anchor = null;
    this.count();
    const waiting = document.querySelector("[data-grid] li:has([data-accept]) [data-open]");
    (waiting ?? document.getElementById("content")).focus();
    const unanswered = document.getElementById("unanswered");
    if (unanswered.querySelector("li")) unanswered.showModal();
  },

  choose(which) {
    for (const box of boxes()) box.checked = which(box);
    this.count();
  },

  count() {
    const bar = document.getElementById("bulk");
    if (!bar) return;
    const chosen = boxes(":checked");
    bar.hidden = chosen.length === 0;
    document.getElementById("bulk-count").textContent = chosen.length ? `${chosen.length.toLocaleString("en")} chosen` : "";
    for (const part of bar.querySelectorAll("[data-bulk]")) part.hidden = !chosen.some((box) => box.name === part.dataset.bulk);
    const doubts = chosen.filter((box) => box.name === "doubts");
    const sum = doubts.reduce((credits, box) => credits + Number(box.dataset.credits), 0);
    for (const place of document.querySelectorAll("[data-doubts]")) place.textContent = counted(doubts.length, "picture");
    for (const place of document.querySelectorAll("[data-sum]")) place.textContent = sum ? counted(sum, "credit") : "nothing";
  },

  click(event) {
    if (event.target.closest("#bulk-none")) this.choose(() => false);
    if (event.target.closest("#choose-all")) this.choose((box) => box.name === "doubts");
    const opener = event.target.closest("[data-sheet]");
    if (opener) this.sheet(opener.dataset.sheet);
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
    if (event.target.closest("#zoom")) this.loupe(document.querySelector("[data-picture]").dataset.picture);
    const box = event.target.closest(BOX);
    if (!box) return;
    const open = box.closest("li").querySelector("[data-open]");
    const all = opens();
    if (event.shiftKey && this.anchor) this.range(all, all.indexOf(this.anchor), all.indexOf(open));
    this.anchor = open;
  },

  loupe(source, back) {
    const dialog = document.createElement("dialog");
    dialog.className = "loupe";
    dialog.setAttribute("aria-label", "The picture at 100 %");
    const image = Object.assign(document.createElement("img"), { src: source, alt: "The picture at 100 %" });
    const bar = Object.assign(document.createElement("div"), { className: "bar" });
    const fit = Object.assign(document.createElement("button"), { className: "button button-small", type: "button", textContent: "Fit the window" });
    const close = Object.assign(document.createElement("button"), { className: "button button-small", type: "button", textContent: "Close" });
    bar.append(fit, close);
    dialog.append(image, bar);
    document.body.append(dialog);
    const turn = () => {
      fit.textContent = dialog.classList.toggle("fit") ? "100 %" : "Fit the window";
    };
    fit.addEventListener("click", turn);
    image.addEventListener("click", turn);
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      back?.focus();
    });
    dialog.showModal();
    image.addEventListener("load", () => {
      dialog.scrollTo((image.naturalWidth - dialog.clientWidth) / 2, (image.naturalHeight - dialog.clientHeight) / 2);
    });
  },

  // The photo in the picture's place, for as long as B or the button is held.
  stage() {
    const stage = document.getElementById("stage");
    const hold = document.getElementById("hold");
    if (!stage?.dataset.photo || !hold) return;
    const own = stage.src;
    const photo = new Image();
    hold.addEventListener("pointerenter", () => (photo.src = stage.dataset.photo), { once: true });
    const show = (before) => {
      if (before && !photo.src) photo.src = stage.dataset.photo;
      stage.src = before ? stage.dataset.photo : own;
      hold.setAttribute("aria-pressed", String(before));
    };
    hold.addEventListener("pointerdown", () => show(true));
    for (const end of ["pointerup", "pointerleave", "pointercancel"]) hold.addEventListener(end, () => stage.src !== own && show(false));
    const key = (event) => event.key.toLowerCase() === "b" || (event.target === hold && [" ", "Enter"].includes(event.key));
    document.addEventListener("keydown", (event) => {
      if (!event.repeat && !event.ctrlKey && !event.metaKey && key(event) && !typing(event.target)) show(true);
    });
    document.addEventListener("keyup", (event) => key(event) && stage.src !== own && show(false));
    window.addEventListener("blur", () => stage.src !== own && show(false));
  },
});
