// Forms that are sent by script: what is asked for is declared in the page.
//
// A control says by `data-pointer` where its value stands in the API's document, the form by `data-api` which route
// takes it. Errors stand at the field (`<id>-error`) and in the summary (`#alert`), which takes the focus.

import { call, reason } from "./api.js";
import { text } from "./texts.js";

const alertBox = document.getElementById("alert");

/** Returns the API's document of a form; blank values are left out. */
export function documentOf(form) {
  const found = {};
  for (const control of form.querySelectorAll("[data-pointer]")) {
    const keys = control.dataset.pointer.slice(1).split("/");
    const last = keys.pop();
    const parent = keys.reduce((level, key) => (level[key] ??= {}), found);
    const chosen = !["checkbox", "radio"].includes(control.type) || control.checked;
    const blank = control.type === "password" ? control.value === "" : control.value.trim() === "";
    if (!chosen || blank) continue;
    parent[last] = control.value;
    // What the box of a consent sends is the version of the wording.
    if ("consent" in control.dataset) parent.accepted = true;
  }
  return found;
}

/**
 * Sends a form by script.
 *
 * `make` gives the document (default: `documentOf`), `send` sends it (default: to the form's route), `done` gets the answer of a success, `failed` that of a failure
 * and returns true where it has dealt with it.
 */
export function handle(form, { make = documentOf, send = post, done, failed = () => false }) {
  const button = form.querySelector("button:not([type])");
  const label = [...button.childNodes];
  let sending = false;

  function busy(now) {
    sending = now;
    // Not `disabled`: that would take the focus away from who uses a keyboard.
    if (now) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
    button.replaceChildren(...(now ? [text("sending")] : label));
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    hidePasswords(form);
    busy(true);
    const answer = await send(make(form), form);
    busy(false);
    clear(form);
    if (answer.ok) done(answer);
    else if (!failed(answer)) show(form, answer);
  });
  for (const box of form.querySelectorAll("[data-reveals]")) {
    box.addEventListener("change", () => {
      document.getElementById(box.dataset.reveals).type = box.checked ? "text" : "password";
    });
  }
}

function post(found, form) {
  return call("POST", form.dataset.api, found);
}

/** Shows why a form was not accepted, and moves the focus there. */
export function show(form, answer) {
  const messages = new Map();
  for (const { pointer, message } of answer.errors) {
    const control = controlAt(form, pointer);
    if (control && !messages.has(control)) messages.set(control, message);
  }
  const inOrder = [...form.querySelectorAll("[data-pointer]")].filter((control) => messages.has(control));
  const entries = inOrder.map((control) => ({ control, message: messages.get(control) }));
  for (const { control, message } of entries) mark(control, message);
  summarise(entries.length ? text("errors_title") : reason(answer), entries);
}

/** Shows a message above the form, and moves the focus there. */
export function summarise(heading, entries = []) {
  const list = document.createElement("ul");
  for (const { control, message } of entries) {
    const link = document.createElement("a");
    link.href = `#${anchor(control).id}`;
    link.textContent = `${nameOf(control)}: ${message}`;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      focus(control);
    });
    const entry = document.createElement("li");
    entry.append(link);
    list.append(entry);
  }
  alertBox.querySelector("h2").textContent = heading;
  alertBox.querySelector("ul")?.remove();
  if (entries.length) alertBox.append(list);
  alertBox.hidden = false;
  document.title = `${text("error_prefix")} ${withoutPrefix(document.title)}`;
  alertBox.focus();
}

/** Takes all errors of a form away. */
export function clear(form) {
  document.title = withoutPrefix(document.title);
  alertBox.hidden = true;
  for (const control of form.querySelectorAll('[aria-invalid="true"]')) unmark(control);
}

/** Shows an error at a field. */
export function mark(control, message) {
  const place = document.getElementById(`${control.name}-error`);
  place.textContent = message;
  place.hidden = false;
  for (const each of group(control)) each.setAttribute("aria-invalid", "true");
  for (let box = control.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
}

/** Takes the error of a field away. */
export function unmark(control) {
  const place = document.getElementById(`${control.name}-error`);
  place.textContent = "";
  place.hidden = true;
  for (const each of group(control)) each.removeAttribute("aria-invalid");
}

/** Returns the control that an error is about: that of its pointer, else one below it, else one beside it. */
export function controlAt(form, pointer) {
  const all = [...form.querySelectorAll("[data-pointer]")];
  const at = (found) => all.find((control) => found(control.dataset.pointer));
  const parent = pointer.slice(0, pointer.lastIndexOf("/"));
  return (
    at((own) => own === pointer) ??
    at((own) => own.startsWith(`${pointer}/`)) ??
    (parent ? at((own) => own.startsWith(`${parent}/`)) : undefined)
  );
}

function group(control) {
  if (control.type !== "radio") return [control];
  // By name alone, the fieldset that has it as its id would come first.
  return [...control.form.elements].filter((each) => each.type === "radio" && each.name === control.name);
}

function anchor(control) {
  return control.type === "radio" ? group(control)[0] : control;
}

function focus(control) {
  const target = anchor(control);
  target.focus();
  target.closest(".field").scrollIntoView({ block: "center" });
}

function nameOf(control) {
  const label = control.type === "radio" ? control.closest("fieldset").querySelector("legend") : control.labels[0];
  return label.dataset.name;
}

function withoutPrefix(title) {
  const prefix = `${text("error_prefix")} `;
  return title.startsWith(prefix) ? title.slice(prefix.length) : title;
}

// Browsers remember what was typed in a visible field.
function hidePasswords(form) {
  for (const box of form.querySelectorAll("[data-reveals]")) {
    box.checked = false;
    document.getElementById(box.dataset.reveals).type = "password";
  }
}
