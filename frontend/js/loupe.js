// A photo and its cutout at 100 %: one pixel of the photo on one of the screen, both scrolled together.
const NEAR = 2; // pixels by which two panes may differ without being moved

const dialog = () => document.getElementById("loupe");
const panes = () => [...dialog().querySelectorAll(".pane")];

export function openLoupe(card) {
  const { master, outline, width, height } = card.dataset;
  if (!master) return;
  const [photo, cutout] = panes();
  const name = card.ariaLabel;
  photo.replaceChildren(picture(master, width, height, name));
  cutout.replaceChildren();
  cutout.hidden = !outline;
  if (outline) {
    const cut = picture(master, width, height, `Cutout of ${name}`);
    Object.assign(cut.style, { maskImage: `url("${outline}")`, maskMode: "luminance", maskSize: "100% 100%" });
    cutout.append(cut);
  }
  dialog().showModal();
  wire();
  for (const pane of panes()) pane.scrollTo((pane.scrollWidth - pane.clientWidth) / 2, (pane.scrollHeight - pane.clientHeight) / 2);
  photo.focus();
}

export function closeLoupe() {
  dialog()?.close();
}

function picture(source, width, height, words) {
  const made = Object.assign(new Image(width, height), { src: source, alt: words, decoding: "async" });
  made.style.width = `${width / devicePixelRatio}px`;
  return made;
}

function wire() {
  const loupe = dialog();
  if (loupe.dataset.wired) return;
  loupe.dataset.wired = "1";
  for (const pane of panes()) {
    pane.addEventListener("scroll", () => {
      for (const other of panes()) {
        if (Math.abs(other.scrollLeft - pane.scrollLeft) > NEAR) other.scrollLeft = pane.scrollLeft;
        if (Math.abs(other.scrollTop - pane.scrollTop) > NEAR) other.scrollTop = pane.scrollTop;
      }
    });
    drag(pane);
  }
  const button = (name) => loupe.querySelector(`[data-loupe="${name}"]`);
  const hold = (on) => loupe.classList.toggle("held", on);
  const fit = () => button("fit").setAttribute("aria-pressed", String(loupe.classList.toggle("fit")));
  button("close").addEventListener("click", () => loupe.close());
  button("fit").addEventListener("click", fit);
  button("hold").addEventListener("pointerdown", () => hold(true));
  for (const name of ["pointerup", "pointerleave", "pointercancel", "blur"]) button("hold").addEventListener(name, () => hold(false));
  loupe.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "b" || (event.key === " " && event.target === button("hold"))) hold(true);
    if (event.key.toLowerCase() === "f") fit();
    if (event.key.toLowerCase() === "z") loupe.close();
  });
  loupe.addEventListener("keyup", () => hold(false));
  loupe.addEventListener("close", () => hold(false));
}

function drag(pane) {
  let from = null;
  pane.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button) return;
    event.preventDefault();
    pane.focus();
    pane.setPointerCapture(event.pointerId);
    from = [event.clientX + pane.scrollLeft, event.clientY + pane.scrollTop];
  });
  pane.addEventListener("pointermove", (event) => from && pane.scrollTo(from[0] - event.clientX, from[1] - event.clientY));
  for (const name of ["pointerup", "pointercancel"]) pane.addEventListener(name, () => (from = null));
}
