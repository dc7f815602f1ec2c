// The registration: bank details are looked up while they are typed, nothing typed is lost.

import { watchBank } from "./bank.js";
import { documentOf, handle } from "./forms.js";
import { fill } from "./texts.js";

const form = document.querySelector("form");
const ask = document.getElementById("ask");
const sent = document.getElementById("sent");
const language = document.documentElement.lang;
const title = document.title;
let shown;

function done({ data }) {
  shown = document.createElement("div");
  shown.append(sent.content.cloneNode(true));
  fill(shown, { email: form.elements.email.value.trim(), reference: data.reference });
  shown.querySelector("form").addEventListener("submit", goBack);
  ask.hidden = true;
  ask.before(shown);
  const heading = shown.querySelector("h1");
  document.title = title.replace(/^[^–]+/, `${heading.textContent} `);
  heading.focus();
  scrollTo(0, 0);
}

function goBack(event) {
  event.preventDefault();
  shown.remove();
  ask.hidden = false;
  document.title = title;
  form.elements.email.focus();
}

// The language of the page can be changed without losing what was typed: the server shows the form anew.
function switchLanguage(event) {
  if (!Object.values(documentOf(form)).some((value) => typeof value === "string")) return;
  event.preventDefault();
  form.elements.language.value = event.currentTarget.hreflang;
  const again = Object.assign(document.createElement("input"), { type: "hidden", name: "again", value: "1" });
  form.append(again);
  form.submit();
}

handle(form, { make: () => ({ ...documentOf(form), locale: language }), done });
watchBank(form);
document.querySelector("a[hreflang]").addEventListener("click", switchLanguage);
