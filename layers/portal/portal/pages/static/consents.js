// The consents in force, and their withdrawal, which closes the account.

import { offerClosing } from "./closing.js";
import { clear } from "./forms.js";
import { load, ready, require } from "./session.js";
import { when } from "./show.js";
import { fill, fragment, text } from "./texts.js";

const list = document.getElementById("list");
const consents = document.getElementById("consents");
const item = document.getElementById("consent");
const withdrawal = document.getElementById("withdrawal");
const form = document.getElementById("closing");
let chosen = "";
let pressed;

function shown(consent) {
  const part = item.content.cloneNode(true).firstElementChild;
  const kind = text(consent.kind);
  fill(part, { kind, version: consent.version, accepted_at: when(consent.accepted_at), sha256: consent.sha256 });
  // The page of a wording shows the one in force.
  if (consents.dataset[consent.kind] === consent.version) {
    part.querySelector(".read").append(fragment(`${consent.kind}_wording`));
  }
  const button = part.querySelector("button");
  button.setAttribute("aria-label", text("withdraw_of", { kind }));
  button.addEventListener("click", () => {
    pressed = button;
    chosen = consent.kind;
    fill(withdrawal, { title: text("withdrawal_title", { kind }) });
    turn(true);
    withdrawal.querySelector("h2").focus();
    scrollTo(0, 0);
  });
  return part;
}

function turn(toWithdrawal) {
  list.hidden = toWithdrawal;
  withdrawal.hidden = !toWithdrawal;
}

document.getElementById("keep").addEventListener("click", (event) => {
  event.preventDefault();
  clear(form);
  form.reset();
  turn(false);
  pressed.focus();
});

await require();
const { data } = await load("api/profile/consents");
consents.replaceChildren(...data.consents.map(shown));
offerClosing(() => `api/profile/consents/${chosen}`);
ready();
