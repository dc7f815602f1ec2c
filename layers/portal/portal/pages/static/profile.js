// Personal and voluntary details: only what was changed is sent, as a merge patch.

import { handle, mark, summarise } from "./forms.js";
import { call, load, ready, require } from "./session.js";
import { quiet, tell, tellRestriction } from "./show.js";
import { text } from "./texts.js";

const form = document.querySelector("main form");
const names = [...new Set([...form.querySelectorAll("[data-pointer]")].map((control) => control.name))];
let stored = {};
let tag = "";

const typed = (name) => form.elements[name].value.trim();

function take({ data, headers }) {
  stored = Object.fromEntries(names.map((name) => [name, data[name] ?? ""]));
  tag = headers.get("ETag");
}

function show() {
  for (const name of names) form.elements[name].value = stored[name];
}

function changes() {
  const changed = names.filter((name) => typed(name) !== stored[name]);
  return Object.fromEntries(changed.map((name) => [name, typed(name) || null]));
}

async function send() {
  quiet();
  const changed = changes();
  if (!Object.keys(changed).length) return { ok: true, unchanged: true };
  const answer = await call("PATCH", "api/profile", changed, { headers: { "If-Match": tag } });
  return answer.code === "precondition_failed" ? compare() : answer;
}

// Something was stored elsewhere since this page was loaded: what was not touched here is taken over, the rest is shown
// beside what was typed. Where neither concerns this form, nobody needs to know.
async function compare() {
  const before = stored;
  const answer = await call("GET", "api/profile");
  if (!answer.ok) return answer;
  take(answer);
  const entries = [];
  for (const name of names.filter((each) => stored[each] !== before[each] && stored[each] !== typed(each))) {
    const untouched = typed(name) === before[name];
    if (untouched) form.elements[name].value = stored[name];
    entries.push({ control: controlOf(name), message: untouched ? text("taken_over") : conflict(name), untouched });
  }
  return entries.length ? { ok: false, code: "changed_meanwhile", entries } : send();
}

function conflict(name) {
  return stored[name] ? text("conflict", { value: shown(name) }) : text("conflict_empty");
}

function controlOf(name) {
  return form.querySelector(`[data-pointer="/${name}"]`);
}

// Of a choice people know the label.
function shown(name) {
  const own = [...form.querySelectorAll(`[data-pointer="/${name}"]`)];
  const choice = own.find((control) => control.type === "radio" && control.value === stored[name]);
  return choice ? choice.labels[0].textContent : stored[name];
}

function failed({ code, entries }) {
  if (code !== "changed_meanwhile") return false;
  for (const { control, message, untouched } of entries) if (!untouched) mark(control, message);
  summarise(text("changed_meanwhile"), entries);
  return true;
}

function done(answer) {
  if (!answer.unchanged) take(answer);
  show();
  tell(answer.unchanged ? "unchanged" : "saved");
}

await require();
const profile = await load("api/profile");
take(profile);
show();
tellRestriction(profile.data.processing_restricted);
handle(form, { send, done, failed });
ready();
