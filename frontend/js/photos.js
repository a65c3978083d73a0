// A product's photos on the page: kept as they are on the server, moved between and judged by keys, chosen together.
import { closeLoupe, openLoupe } from "./loupe.js";

const POLL_MS = 5000;
const GIVE_UP_AFTER = 3; // failures of the stream in a row
const AT_ONCE = 50; // cards asked for in one request
const SAID = { right: "looks right", look: "please look", cannot: "cannot be used", refused: "cannot be used", rejected: "not right", approved: "approved" };

export const photos = () => ({
  init() {
    this.base = `/products/${this.$root.dataset.product}`;
    this.grid = this.$root.querySelector("#photos");
    this.chosen = this.$root.querySelector("#chosen");
    this.work = Promise.resolve();
    this.failures = 0;
    this.gone = false;
    this.rove(this.cards()[0]);
    this.count();
    this.follow();
    document.addEventListener("photos-changed", ({ detail }) => (detail?.id ? this.then(() => this.update([detail.id])) : this.refresh()));
    // A page that nobody sees needs no news, and browsers allow few streams; it looks again when it is seen.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.rest() : this.follow()));
    window.addEventListener("online", () => this.follow());
    window.addEventListener("pagehide", () => this.rest());
    this.grid.addEventListener("keydown", (event) => this.key(event));
    this.grid.addEventListener("focusin", (event) => this.rove(event.target.closest(".photo")));
    this.grid.addEventListener("click", (event) => this.click(event));
    this.grid.addEventListener("change", () => this.count());
    this.$root.querySelector("#more-photos").addEventListener("click", (event) => this.more(event.target.closest("[data-more]")));
    this.$root.querySelector("#choose-none").addEventListener("click", () => this.choose(this.cards(), false));
    const named = document.getElementById(location.hash.slice(1));
    if (named?.matches(".photo")) named.focus();
  },

  cards() {
    return [...this.grid.querySelectorAll(".photo")];
  },

  // News. The stream tells ids and versions; what differs from the page is fetched. So nothing that got lost stays lost.

  follow() {
    this.rest();
    if (document.hidden || this.gone) return;
    this.stream = new EventSource(`${this.base}/live`);
    this.stream.addEventListener("look", (event) => {
      this.failures = 0;
      this.then(() => this.apply(JSON.parse(event.data)));
    });
    this.stream.addEventListener("gone", () => this.leave());
    this.stream.addEventListener("error", () => {
      this.failures += 1;
      if (this.failures < GIVE_UP_AFTER && this.stream.readyState !== EventSource.CLOSED) return;
      this.rest();
      this.refresh();
      this.timer = setTimeout(() => this.follow(), POLL_MS);
    });
  },

  rest() {
    this.stream?.close();
    clearTimeout(this.timer);
  },

  then(step) {
    this.work = this.work.then(step).catch(() => {}); // the next look brings what this one did not
    return this.work;
  },

  refresh() {
    return this.then(async () => {
      const answer = await fetch(`${this.base}/look`, { headers: { Accept: "application/json" } });
      if (answer.status === 404) return this.leave();
      if (answer.ok) await this.apply(await answer.json());
    });
  },

  leave() {
    if (this.gone) return;
    this.gone = true;
    this.rest();
    window.packshot.toast("This product was deleted.", "Its project still has what you can undo.");
  },

  async apply(seen) {
    const order = new Map(seen.map(([id], place) => [id, place]));
    const shown = new Map(this.cards().map((card) => [card.dataset.id, card.dataset.version]));
    const all = !this.$root.querySelector("[data-more]");
    const oldest = Math.max(-1, ...[...shown.keys()].map((id) => order.get(id) ?? -1));
    const stale = seen.filter(([id, version], place) => (shown.has(id) ? shown.get(id) !== version : all || place < oldest));
    const left = this.cards().filter((card) => !order.has(card.dataset.id));
    if (!stale.length && !left.length) return;
    for (const card of left) this.remove(card);
    for (let start = 0; start === 0 || start < stale.length; start += AT_ONCE) {
      await this.update(stale.slice(start, start + AT_ONCE).map(([id]) => id), order);
    }
    this.count();
  },

  async update(ids, order = new Map()) {
    const html = await this.fetched(`${this.base}/cards?${ids.map((id) => `id=${id}`).join("&")}`);
    for (const card of html.querySelectorAll(".photo")) this.put(card, order);
    this.summarise(html);
  },

  async fetched(url) {
    const answer = await fetch(url, { headers: { Accept: "text/html", "HX-Request": "true" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    return holder.content;
  },

  put(card, order) {
    const old = document.getElementById(card.id);
    const box = card.querySelector("input[type=checkbox]");
    if (old) {
      box.checked = old.querySelector("input[type=checkbox]").checked;
      const before = old.querySelector(".picture img");
      const after = card.querySelector(".picture img");
      if (before && after && before.getAttribute("src") === after.getAttribute("src")) after.replaceWith(before);
      const focused = old.contains(document.activeElement) ? document.activeElement : null;
      card.tabIndex = old.tabIndex;
      old.replaceWith(card);
      if (focused) (focused.id && document.getElementById(focused.id) ? document.getElementById(focused.id) : card).focus();
      if (old.dataset.stage !== card.dataset.stage) this.say(card);
    } else {
      card.classList.add("arrive");
      const place = order.get(card.dataset.id);
      const next = this.cards().find((other) => (order.get(other.dataset.id) ?? Infinity) > place);
      this.grid.insertBefore(card, next ?? null);
      if (!this.grid.querySelector('.photo[tabindex="0"]')) this.rove(card);
    }
    window.htmx.process(card);
  },

  remove(card) {
    const next = card.nextElementSibling ?? card.previousElementSibling;
    const focused = card.contains(document.activeElement);
    const entered = card.tabIndex === 0;
    card.remove();
    if (focused) (next ?? document.getElementById("content")).focus();
    else if (entered) this.rove(next);
  },

  summarise(html) {
    const fresh = html.querySelector("#next-step");
    const old = this.$root.querySelector("#next-step");
    if (fresh && fresh.innerHTML !== old.innerHTML) {
      const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
      old.replaceWith(fresh);
      window.htmx.process(fresh);
      if (focused) (document.getElementById(focused) ?? fresh.querySelector("a, button"))?.focus();
    }
  },

  say(card) {
    const words = SAID[card.dataset.stage];
    if (words) this.$root.querySelector("#photo-news").textContent = `${card.ariaLabel}: ${words}.`;
  },

  async more(button) {
    if (!button || button.disabled) return;
    button.disabled = true;
    const holder = button.parentElement;
    await this.then(async () => {
      const html = await this.fetched(`${this.base}/cards?before=${button.dataset.more}`);
      const cards = [...html.querySelectorAll(".photo")];
      for (const card of cards) {
        if (document.getElementById(card.id)) continue;
        this.grid.append(card);
        window.htmx.process(card);
      }
      holder.replaceChildren(...html.querySelectorAll("[data-more]"));
      cards[0]?.focus();
    });
    button.disabled = false; // still there where the network was away
  },

  // Keys, and what is chosen.

  rove(card) {
    if (!card) return;
    for (const other of this.grid.querySelectorAll('.photo[tabindex="0"]')) other.tabIndex = -1;
    card.tabIndex = 0;
  },

  key(event) {
    const card = event.target.closest(".photo");
    if (!card || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), select")) return;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns(), ArrowUp: -this.columns() }[event.key];
    if (step || event.key === "Home" || event.key === "End") {
      const cards = this.cards();
      const place = event.key === "Home" ? 0 : event.key === "End" ? cards.length - 1 : cards.indexOf(card) + step;
      event.preventDefault();
      cards[place]?.focus();
      if (event.shiftKey && cards[place]) this.choose([card, cards[place]], true);
    } else if (event.key === " " && event.target === card) {
      event.preventDefault();
      const box = card.querySelector("input[type=checkbox]");
      this.choose([card], !box.checked);
    } else if (event.key === "Escape") {
      this.choose(this.cards(), false);
    } else {
      this.press(card, event);
    }
  },

  press(card, event) {
    const key = event.key.toLowerCase();
    if (!/^(a|r|z|m|delete)$/.test(key)) return;
    const button = card.querySelector(`[data-key="${key}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  },

  click(event) {
    const card = event.target.closest(".photo");
    if (!card) return;
    if (event.target.closest('[data-key="z"]')) openLoupe(card);
    const box = event.target.closest("input[type=checkbox]");
    if (!box) return;
    const cards = this.cards();
    if (event.shiftKey && this.from?.isConnected) {
      const [first, last] = [cards.indexOf(this.from), cards.indexOf(card)].sort((one, other) => one - other);
      this.choose(cards.slice(first, last + 1), box.checked);
    }
    this.from = card;
  },

  columns() {
    const cards = this.cards();
    return Math.max(1, cards.filter((card) => card.offsetTop === cards[0].offsetTop).length);
  },

  choose(cards, on) {
    for (const card of cards) card.querySelector("input[type=checkbox]").checked = on;
    this.count();
  },

  count() {
    const chosen = this.grid.querySelectorAll("input:checked").length;
    this.chosen.hidden = !chosen;
    this.$root.querySelector("#chosen-count").textContent = chosen;
    const some = this.cards().length > 0;
    this.$root.querySelector("#no-photos").hidden = some;
    this.$root.querySelector("#pick").classList.toggle("button-next", !some); // one next step at a time
  },

  destroy() {
    this.rest();
    closeLoupe();
  },
});
