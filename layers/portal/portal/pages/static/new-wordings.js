// Newer wordings of terms or privacy notice await the consent of who has an account.

import { handle } from "./forms.js";
import { goOn } from "./places.js";
import { call, load, ready, require } from "./session.js";
import { onDay } from "./show.js";
import { text } from "./texts.js";

const form = document.querySelector("#ask form");
const boxes = [...form.querySelectorAll("[data-consent]")];

// A version is a date: no line ends within it.
function whole(version) {
  return version.replaceAll("-", "\u2011");
}

async function look() {
  const { consents } = (await load("api/profile/consents")).data;
  const { data: legal } = await load("api/legal");
  for (const box of boxes) {
    const current = legal[box.name].version;
    const given = consents.find(({ kind }) => kind === box.name);
    box.value = current;
    box.checked = false;
    box.closest(".field").hidden = given?.version === current;
    const words = given && { version: whole(given.version), current: whole(current), date: onDay(given.accepted_at) };
    document.getElementById(`${box.name}-hint`).textContent = given ? text("accepted", words) : "";
  }
}

function awaited() {
  return boxes.filter((box) => !box.closest(".field").hidden);
}

async function send() {
  const missing = awaited().filter((box) => !box.checked);
  if (missing.length) {
    const errors = missing.map((box) => ({ pointer: box.dataset.pointer, message: text("missing") }));
    return { ok: false, status: 422, code: "invalid_input", title: "", errors };
  }
  for (const box of awaited()) {
    const answer = await call("POST", form.dataset.api, { kind: box.name, version: box.value });
    if (!answer.ok) return at(box, answer);
  }
  return { ok: true };
}

// One more version may be in force by now: it is shown, and asked for at its box.
async function at(box, answer) {
  if (answer.status === 422) await look();
  return { ...answer, errors: answer.errors.map((error) => ({ ...error, pointer: box.dataset.pointer })) };
}

await require();
await look();
handle(form, { send, done: goOn });
// Nothing is awaited of who came here by the button "back".
if (!awaited().length) goOn();
else ready();
