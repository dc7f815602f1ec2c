// Where pages are, and where somebody was going; only ever a page of our own, by its name.

/** The page's own name, without language. */
export const name = location.pathname.split("/").pop().replace(/\.(de|en)$/, "");
// What the address says of the language goes on with whoever is led elsewhere.
const language = /\.(de|en)$/.exec(location.pathname)?.[0] ?? "";

/** Returns the address of a page. */
export function addressOf(page, fragment = "") {
  const path = page === "start" && !language ? "./" : page + language;
  return new URL(fragment ? `${path}#${fragment}` : path, import.meta.url).href;
}

/** Opens a page in place of this one: "back" leads to the one before. */
export function open(page, fragment = "") {
  location.replace(addressOf(page, fragment));
}

/** Returns the page that the address says somebody was going to, the first of the list where it says no other. */
export function destination() {
  const own = document.querySelector("[data-returns]").dataset.returns.split(" ");
  const wanted = said("to");
  return own.includes(wanted) && wanted !== name ? wanted : own[0];
}

/** Returns what the fragment of the next page has to say so that somebody comes back to this one, with what its own says. */
export function wayBack() {
  return way(name, location.hash.slice(1));
}

/** Returns the same for a page that somebody meets on the way. */
export function onward() {
  return way(destination(), placeThere());
}

/** Leads where somebody was going. */
export function goOn() {
  open(destination(), placeThere());
}

/** Returns what the fragment of the address says. */
export function said(key) {
  return new URLSearchParams(location.hash.slice(1)).get(key) ?? "";
}

// Only ever what stands behind the `#` of that page: it names what the page shows, and never another page.
function placeThere() {
  return destination() === said("to") ? said("at") : "";
}

function way(page, place) {
  return place ? `to=${page}&at=${encodeURIComponent(place)}` : `to=${page}`;
}

/** Lets the language of the page be changed without losing what the fragment says. */
export function keepFragment() {
  for (const link of document.querySelectorAll("[data-keeps-fragment]")) {
    link.addEventListener("click", () => {
      link.hash = location.hash;
    });
  }
}
