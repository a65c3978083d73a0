// What an order costs, said before the click.
const number = (value) => value.toLocaleString("en");
export const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;

// `things` ("picture") that cost `credits` in all, in the price's line and on the button; `missing` is said while there are none.
export function priced(form, thing, things, credits, missing, about = "") {
  const available = Number(form.dataset.available);
  const short = credits - available;
  const words = form.querySelector("[data-price]");
  const button = form.querySelector("[data-shoot]");
  const verb = thing === "video" ? "Film" : "Shoot";
  const what = `${plural(things, thing)}${about}`;
  if (!things) words.textContent = `${missing}; you have ${plural(available, "credit")}.`;
  else if (short > 0) words.textContent = `${what}, ${plural(credits, "credit")}; you have ${number(available)}, ${number(short)} short.`;
  else words.textContent = `${what}, ${credits ? plural(credits, "credit") : "free"}; you have ${number(available)}.`;
  button.textContent = !things ? verb : short > 0 ? `Get ${plural(short, "credit")}` : `${verb} ${plural(things, thing)}`;
}
