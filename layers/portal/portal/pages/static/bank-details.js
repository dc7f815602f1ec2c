// Bank details: typed, looked up, shown once more, and only then stored.

import { watchBank } from "./bank.js";
import { clear, documentOf, handle, show, summarise } from "./forms.js";
import { call, load, ready, require } from "./session.js";
import { quiet, showBank, tell, tellRestriction } from "./show.js";
import { text } from "./texts.js";

const entry = document.getElementById("entry");
const ask = document.getElementById("ask");
const check = document.getElementById("check");
const confirmation = check.querySelector("form");
const present = document.getElementById("present");
const whole = document.getElementById("whole");
const warnings = document.getElementById("warnings");
let stored;
let tag = "";

function take({ data, headers }) {
  stored = data.bank_details;
  tag = headers.get("ETag");
  showBank(present, stored);
  document.getElementById("unreviewed").hidden = stored.reviewed;
  whole.hidden = false;
}

whole.addEventListener("click", async () => {
  const answer = await call("GET", "api/profile/bank-details");
  if (!answer.ok) return show(entry, answer);
  clear(entry);
  showBank(present, answer.data);
  whole.hidden = true;
  present.focus();
});

// ---------------------------------------------------------------- the check before storing

function showCheck({ data }) {
  showBank(check, data);
  warnings.hidden = !data.warnings.length;
  warnings.replaceChildren(
    ...data.warnings.map((warning) => Object.assign(document.createElement("p"), { textContent: text(warning) })),
  );
  turn(true);
  check.querySelector("h2").focus();
}

function turn(toCheck) {
  quiet();
  ask.hidden = toCheck;
  check.hidden = !toCheck;
}

function back() {
  clear(confirmation);
  turn(false);
}

document.getElementById("mend").addEventListener("click", () => {
  back();
  entry.elements.iban.focus();
});

// ---------------------------------------------------------------- storing

async function store() {
  const answer = await call("PUT", "api/profile/bank-details", documentOf(entry), { headers: { "If-Match": tag } });
  return answer.code === "precondition_failed" ? compare() : answer;
}

// The profile has one state: where something else of it changed, the bank details can be stored all the same.
async function compare() {
  const before = JSON.stringify(stored);
  const answer = await call("GET", "api/profile");
  if (!answer.ok) return answer;
  take(answer);
  return JSON.stringify(stored) === before ? store() : { ok: false, code: "changed_meanwhile" };
}

async function done(answer) {
  entry.reset();
  document.getElementById("bank-result").replaceChildren();
  turn(false);
  showBank(present, answer.data);
  whole.hidden = true;
  document.getElementById("unreviewed").hidden = true;
  tag = answer.headers.get("ETag");
  tell("saved");
}

function failed(answer) {
  if (answer.code === "changed_meanwhile") summarise(text("changed_meanwhile"));
  else if (answer.status !== 422) return false;
  else {
    back();
    show(entry, answer);
  }
  return true;
}

await require();
const profile = await load("api/profile");
take(profile);
tellRestriction(profile.data.processing_restricted);
handle(entry, { done: showCheck });
handle(confirmation, { send: store, done, failed });
watchBank(entry, "");
ready();
