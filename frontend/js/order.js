// The order of a shoot: the price as one chooses, and previews of this very product, two at a time.
import { plural, priced } from "./price.js";

const AT_ONCE = 2;
const MOST_TRIES = 30;

export const order = () => ({
  run: null,

  init() {
    const form = this.$el;
    form.addEventListener("input", () => this.price(form));
    form.addEventListener("change", (event) => {
      if (event.target.name === "talent") this.cast(form);
      if (["maker", "mode", "talent"].includes(event.target.name)) this.maker(form);
      if (event.target.name === "framing") for (const words of form.querySelectorAll("[data-framing]")) words.hidden = words.dataset.framing !== event.target.value;
      if (["framing", "photo_ids"].includes(event.target.name)) this.previews(form);
    });
    // Connections that wait for previews would keep the order itself waiting.
    form.addEventListener("submit", () => this.run?.abort());
    window.addEventListener("pageshow", (event) => {
      this.cast(form);
      this.maker(form);
      this.price(form);
      if (event.persisted) this.previews(form);
    });
    this.cast(form);
    this.maker(form);
    this.price(form);
    this.previews(form);
  },

  // Nobody takes no poses.
  cast(form) {
    form.querySelector("[data-posing]").hidden = !form.elements.talent.value;
  },

  // Pictures of each photo and style, but for its variations.
  poses(form) {
    return form.elements.talent.value ? Math.max(1, form.querySelectorAll('[name="pose"]:checked').length) : 1;
  },

  // What happens to the product, and what only engines that paint are told.
  maker(form) {
    const chosen = form.elements.maker?.selectedOptions[0];
    if (!chosen) return;
    const { usual, redraw, people } = chosen.dataset;
    const worn = Boolean(form.elements.talent.value);
    form.querySelector("[data-painter]").hidden = chosen.value === "studio";
    form.querySelector("[data-modes]").hidden = !redraw || worn;
    form.querySelector("[data-way]").textContent = worn
      ? (people ?? "It shows no people: choose another, or nobody to wear it.")
      : form.elements.mode.value === "redraw" && redraw
        ? redraw
        : usual;
    for (const style of form.querySelectorAll('[name="style"]')) {
      const credits = Number(chosen.value === "studio" ? style.dataset.credits : style.dataset.painted);
      style.closest("label").querySelector(".figures").textContent = credits ? plural(credits, "credit") : "free";
    }
    this.price(form);
  },

  price(form) {
    const photos = form.querySelectorAll('[name="photo_ids"]:checked').length;
    const styles = [...form.querySelectorAll('[name="style"]:checked')];
    const count = Math.max(0, Math.floor(Number(form.elements.count.value) || 0)) * this.poses(form);
    const painted = (form.elements.maker?.value ?? "studio") !== "studio";
    const prices = styles.map((style) => Number(painted ? style.dataset.painted : style.dataset.credits));
    if (painted && !prices.length && form.elements.words.value.trim()) prices.push(Number(form.dataset.painted));
    const pictures = photos * prices.length * count;
    const credits = photos * count * prices.reduce((sum, one) => sum + one, 0);
    priced(form, "picture", pictures, credits, "Choose photos and styles");
  },

  previews(form) {
    const photo = form.querySelector('[name="photo_ids"]:checked')?.value ?? form.querySelector('[name="photo_ids"]').value;
    const wanted = `?${new URLSearchParams({ photo, framing: form.elements.framing.value })}`;
    if (this.wanted === wanted && !this.run?.signal.aborted) return;
    this.wanted = wanted;
    this.run?.abort();
    this.run = new AbortController();
    const waiting = [...form.querySelectorAll("[data-preview]")];
    for (const frame of waiting) {
      frame.replaceChildren();
      frame.classList.add("skeleton");
    }
    const work = async (signal) => {
      while (waiting.length && !signal.aborted) await this.preview(waiting.shift(), wanted, signal);
    };
    for (let worker = 0; worker < AT_ONCE; worker += 1) work(this.run.signal).catch(() => {});
  },

  async preview(frame, query, signal) {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const answer = await fetch(frame.dataset.preview + query, { signal });
      if (answer.ok) return this.show(frame, URL.createObjectURL(await answer.blob()), frame.dataset.title);
      if (answer.status !== 503 && answer.status !== 429) return this.explain(frame, await answer.json().catch(() => null));
      await new Promise((done) => setTimeout(done, 1000 * Number(answer.headers.get("Retry-After") || 3)));
      if (signal.aborted) return;
    }
    this.show(frame, frame.dataset.sample, "A sample in this style; the preview of your product was not made in time");
  },

  show(frame, source, alt) {
    const image = Object.assign(new Image(384, 384), { alt, className: "arrive" });
    image.addEventListener("load", () => {
      frame.classList.remove("skeleton");
      frame.replaceChildren(image);
      if (source.startsWith("blob:")) URL.revokeObjectURL(source);
    });
    image.src = source;
  },

  explain(frame, body) {
    const words = document.createElement("span");
    words.className = "small p-3 wrap-anywhere";
    words.textContent = body?.error ? `${body.error.message} ${body.error.remedy}` : "No preview of this style.";
    frame.classList.remove("skeleton");
    frame.replaceChildren(words);
  },
});
