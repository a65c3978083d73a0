// News of a shoot: each card is put in its place once, and a lost connection is bridged by asking.
const POLL_MS = 5000;
const MOST_ERRORS = 3;

// Pictures that this page has not seen yet get a place at the end, which the news then fill.
function makeRoom(html) {
  const grid = document.getElementById("pictures");
  if (!grid) return;
  for (const [, id] of String(html).matchAll(/<li id="(g-[0-9a-f-]{36})"/g)) {
    if (!document.getElementById(id)) grid.append(Object.assign(document.createElement("li"), { id, hidden: true }));
  }
}
document.addEventListener("htmx:sseBeforeMessage", (event) => makeRoom(event.detail.data));
document.addEventListener("htmx:beforeSwap", (event) => makeRoom(event.detail.serverResponse));

// What is there already stays: its picture does not blink, and nobody loses the focus.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  const stamp = fragment.firstElementChild?.dataset?.stamp;
  if (stamp && stamp === target.dataset.stamp) event.detail.shouldSwap = false;
});

let errors = 0;
let timer = 0;
document.addEventListener("htmx:sseOpen", () => {
  errors = 0;
  clearInterval(timer);
  timer = 0;
});
document.addEventListener("htmx:sseError", (event) => {
  errors += 1;
  const source = event.target.closest("[data-poll]");
  if (errors < MOST_ERRORS || timer || !source) return;
  timer = setInterval(() => window.htmx.ajax("GET", source.dataset.poll, { source, swap: "none" }), POLL_MS);
});

// Pictures that came while the network was away are asked for again.
window.addEventListener("online", () => {
  for (const image of document.querySelectorAll("#pictures img")) if (image.complete && !image.naturalWidth) image.src = image.src;
});
