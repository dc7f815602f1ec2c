// A page that a mailed link opened, with the token in the link's fragment.
// Nothing is sent before a click: mail scanners open links, they do not press buttons.

import { clear, documentOf, handle } from "./forms.js";
import { keepFragment } from "./places.js";
import { fragment, hasText } from "./texts.js";

const form = document.querySelector("form");
const ask = document.getElementById("ask");
const result = document.getElementById("result");
const entry = document.getElementById("link-entry");

function token() {
  const pasted = form.querySelector("#link")?.value ?? "";
  const given = location.hash || pasted.slice(pasted.indexOf("#"));
  return new URLSearchParams(given.slice(1)).get("token") ?? "";
}

function tell(name, tone) {
  result.dataset.tone = tone;
  result.replaceChildren(fragment(name));
}

function finish(name, tone) {
  tell(name, tone);
  form.reset();
  ask.hidden = true;
  result.focus();
}

function done(answer) {
  finish(answer.data?.status ?? "done", "good");
  // Kept until here, so that a reload works; a used token need not stay in the history.
  history.replaceState(null, "", location.pathname);
}

function failed(answer) {
  if (answer.code === "invalid_link") {
    askForLink("invalid_link");
    return true;
  }
  if (!hasText(answer.code) || answer.status !== 410) return false;
  finish(answer.code, "bad");
  return true;
}

function askForLink(name) {
  tell(name, "bad");
  if (!form.querySelector("#link")) form.prepend(entry.content.cloneNode(true));
  history.replaceState(null, "", location.pathname);
  result.focus();
}

// A second link opened in the same tab changes the fragment without loading the page.
function begin() {
  if (!token()) return askForLink("missing_token");
  clear(form);
  result.replaceChildren();
  ask.hidden = false;
}

function make() {
  const { token: _, ...rest } = documentOf(form);
  return { ...rest, token: token() };
}

keepFragment();
handle(form, { make, done, failed });
addEventListener("hashchange", () => location.hash && begin());
begin();
