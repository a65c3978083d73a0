// The order of videos: the price as one chooses, by seconds.
import { plural, priced } from "./price.js";

export const film = () => ({
  init() {
    const form = this.$el;
    form.addEventListener("input", () => this.price(form));
    window.addEventListener("pageshow", () => this.price(form));
    this.price(form);
  },

  // What a video in each chosen style costs: its own price in proportion, or the maker's for each second.
  prices(form, seconds) {
    const maker = form.elements.maker.value;
    const second = Number(form.elements.maker.selectedOptions[0].dataset.second);
    const styles = [...form.querySelectorAll('[name="style"]:checked')];
    if (!styles.length) return second && form.elements.words.value.trim() ? [second * (seconds || Number(form.dataset.usual))] : [];
    return styles.map(({ dataset }) => {
      const own = Number(dataset.seconds);
      if (maker && maker !== dataset.maker) return second * (seconds || own);
      return Math.ceil((Number(dataset.credits) * (seconds || own)) / own);
    });
  },

  price(form) {
    const photos = form.querySelectorAll('[name="photo_ids"]:checked').length;
    const seconds = Number(form.elements.seconds.value) || 0;
    const count = Math.max(0, Math.floor(Number(form.elements.count.value) || 0));
    const prices = this.prices(form, seconds);
    const lasts = seconds || Number(form.querySelector('[name="style"]:checked')?.dataset.seconds ?? form.dataset.usual);
    const credits = photos * count * prices.reduce((sum, one) => sum + one, 0);
    priced(form, "video", photos * prices.length * count, credits, "Choose photos, and a style or a maker and words", ` of ${plural(lasts, "second")}`);
  },
});
