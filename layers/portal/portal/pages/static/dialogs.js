// The dialogs of the client area: password once more, end of the session.

import { reason } from "./api.js";
import { text } from "./texts.js";

const stepUp = document.getElementById("step-up");
const warning = document.getElementById("session-warning");
const problem = document.getElementById("logout-problem");
let title = "";

/**
 * Asks for the password until `check` takes it; returns whether it did, false when the person turns back.
 *
 * `check` gets the password and returns the answer of the API.
 */
export function askPassword(check) {
  const form = stepUp.querySelector("form");
  const field = stepUp.querySelector("#step-up-password");
  const reveal = stepUp.querySelector("#step-up-reveal");
  const button = stepUp.querySelector("button:not([type])");
  const ended = new AbortController();
  const { signal } = ended;
  let taken = false;
  let sending = false;

  function tell(message) {
    const place = stepUp.querySelector("#step-up-error");
    place.textContent = message;
    place.hidden = !message;
    if (message) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  function show(now) {
    reveal.checked = now;
    field.type = now ? "text" : "password";
  }

  async function submit(event) {
    event.preventDefault();
    if (sending) return;
    if (!field.value) return refuse(text("password_missing"));
    sending = true;
    show(false);
    button.setAttribute("aria-disabled", "true");
    const answer = await check(field.value);
    sending = false;
    button.removeAttribute("aria-disabled");
    if (!stepUp.open) return; // turned back meanwhile
    if (!answer.ok) return refuse(answer.code === "invalid_credentials" ? text("wrong_password") : reason(answer));
    taken = true;
    stepUp.close();
  }

  function refuse(message) {
    tell(message);
    field.focus();
    field.select();
  }

  return new Promise((resolve) => {
    form.addEventListener("submit", submit, { signal });
    reveal.addEventListener("change", () => show(reveal.checked), { signal });
    stepUp.querySelector("[data-cancel]").addEventListener("click", () => stepUp.close(), { signal });
    stepUp.addEventListener(
      "close",
      () => {
        ended.abort();
        field.value = "";
        resolve(taken);
      },
      { signal },
    );
    tell("");
    show(false);
    stepUp.showModal();
    field.focus();
  });
}

/**
 * Warns that the session ends, with the time that is left; `last` when only the password prolongs it.
 *
 * `stay`, `leave` and, for the key Escape, `dismiss` are what the person may do.
 */
export function warn({ endsAt, last, stay, dismiss, leave }) {
  if (warning.open) return count(endsAt);
  warning.querySelector("#session-warning-text").textContent = text(last ? "ends_last" : "ends_idle");
  warning.querySelector("[data-stay]").onclick = stay;
  warning.querySelector("[data-leave]").onclick = leave;
  warning.oncancel = dismiss;
  // Seen on the tab, too, while another one is in front.
  title = document.title;
  document.title = `${warning.querySelector("h2").textContent} – ${title}`;
  count(endsAt);
  warning.showModal();
}

/** Takes the warning away. */
export function calm() {
  if (!warning.open) return;
  warning.close();
  document.title = title;
}

/** Says that logging out failed. */
export function logoutFailed(answer, again) {
  problem.querySelector("p").textContent = reason(answer);
  problem.querySelector("[data-again]").onclick = () => {
    problem.close();
    again();
  };
  problem.querySelector("[data-cancel]").onclick = () => problem.close();
  problem.showModal();
}

/** Closes all of them. */
export function closeAll() {
  for (const dialog of [stepUp, warning, problem]) if (dialog.open) dialog.close();
}

function count(endsAt) {
  const seconds = Math.max(0, Math.round((endsAt - Date.now()) / 1000));
  const shown = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  warning.querySelector('[role="timer"]').textContent = shown;
}
