// The bank details are shown for review, before anything is paid to them.

import { handle } from "./forms.js";
import { destination, open } from "./places.js";
import { call, load, ready, require } from "./session.js";
import { showBank } from "./show.js";
import { fragment } from "./texts.js";

const ask = document.getElementById("ask");
const form = ask.querySelector("form");
const result = document.getElementById("result");

function send() {
  return call("POST", form.dataset.api, {});
}

function reviewed() {
  result.dataset.tone = "good";
  result.replaceChildren(fragment("reviewed"));
  result.querySelector("a").addEventListener("click", goOn);
  ask.hidden = true;
}

function goOn(event) {
  event.preventDefault();
  open(destination());
}

await require();
const { data } = await load("api/profile/bank-details");
showBank(ask, data);
if (data.reviewed) reviewed();
handle(form, {
  send,
  done() {
    reviewed();
    result.focus();
  },
});
document.getElementById("later").addEventListener("click", goOn);
ready();
