// What every page needs; a page's own parts register with Alpine below.
import { dropzone } from "./drop.js";
import { boxes } from "./box.js";
import { film } from "./film.js";
import { light } from "./light.js";
import "./live.js";
import { photos } from "./photos.js";
import { order } from "./order.js";
import { tryout } from "./tryout.js";

const TOAST_MS = 8000;
const token = () => document.querySelector('meta[name="csrf-token"]').content;

document.addEventListener("alpine:init", () => {
  const parts = { dropzone, boxes, photos, light, order, film, tryout };
  for (const [name, part] of Object.entries(parts)) window.Alpine.data(name, part);
});

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = token();
});
document.addEventListener("htmx:sendError", () => toast("The network is away.", "Nothing is lost: try again when it is back."));

document.addEventListener("change", (event) => {
  const choice = event.target.closest("[data-theme-choice]");
  if (!choice) return;
  document.documentElement.dataset.theme = choice.value;
  document.cookie = `packshot-theme=${choice.value}; path=/; max-age=31536000; samesite=lax`;
});

// A form sends once, however often its button is clicked.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  for (const button of form.querySelectorAll('button[type="submit"]')) button.setAttribute("aria-disabled", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-once][data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('button[type="submit"]')) button.removeAttribute("aria-disabled");
  }
});

// A slider's value in figures, beside its name.
document.addEventListener("input", (event) => {
  const shown = event.target.id && document.querySelector(`[data-shows="${event.target.id}"]`);
  if (shown) shown.textContent = Number(event.target.value).toFixed(2);
});

document.addEventListener("input", (event) => {
  const frame = event.target.closest("[data-compare]");
  if (frame) frame.style.setProperty("--at", `${event.target.value}%`);
});

// Menus close on a click elsewhere and on Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

export function toast(message, remedy = "", kind = "bad") {
  const made = document.createElement("div");
  made.className = `notice notice-${kind} arrive`;
  made.dataset.toast = "";
  made.append(Object.assign(document.createElement("strong"), { textContent: message }));
  if (remedy) made.append(Object.assign(document.createElement("span"), { textContent: remedy }));
  document.getElementById("toasts").append(made);
}
window.packshot = { toast, token };

// Goes after a while, but not from under a hand or a focus that is on it.
function fade(node, milliseconds) {
  setTimeout(() => (node.matches(":hover, :focus-within") ? fade(node, TOAST_MS) : node.remove()), milliseconds);
}
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-undo]")) event.target.closest("[data-toast]").hidden = true;
});

new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) if (node.dataset?.toast !== undefined) fade(node, Number(node.dataset.toast) || TOAST_MS);
  }
}).observe(document.getElementById("toasts"), { childList: true });
