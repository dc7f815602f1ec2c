// Sends the form of a page that a mailed link opened, with the token in the link's fragment.
// Nothing is sent before a click: mail scanners open links, they do not press buttons.
// What is shown then stands in the page's templates, one for each outcome.

const WAIT_MILLISECONDS = 30_000;
const RETRIED = ["try_again", "refused"];

const form = document.querySelector("form");
const button = form.querySelector("button");
const result = document.getElementById("result");
const password = document.getElementById("new-password");
const reveal = document.getElementById("reveal");
let sending = false;

function token() {
  return new URLSearchParams(location.hash.slice(1)).get("token");
}

function answerTo(name) {
  return [...document.querySelectorAll("template")].find((template) => template.dataset.outcome === name);
}

function show(name, reason) {
  const answer = answerTo(name);
  result.dataset.tone = answer.dataset.tone;
  result.replaceChildren(answer.content.cloneNode(true));
  if (reason) result.querySelector("[data-reason]").textContent = reason;
}

async function outcome(response) {
  if (response.status === 200) return [(await response.json()).status];
  if (response.status === 204) return ["done"];
  if (response.status === 400) return ["invalid_link"];
  if (response.status === 410) return ["link_expired"];
  if (response.status === 422) return ["refused", (await response.json()).errors[0].message];
  return ["try_again"];
}

async function post() {
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "Accept-Language": "de" },
      body: JSON.stringify({ token: token(), ...Object.fromEntries(new FormData(form)) }),
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(WAIT_MILLISECONDS),
    });
    const [name, reason] = await outcome(response);
    return answerTo(name) ? [name, reason] : ["try_again"];
  } catch {
    return ["try_again"];
  }
}

async function send(event) {
  event.preventDefault();
  if (sending) return;
  sending = true;
  hide();
  // Not `disabled`: that would take the focus away from who uses a keyboard.
  button.setAttribute("aria-disabled", "true");
  show("sending");
  const [name, reason] = await post();
  button.removeAttribute("aria-disabled");
  sending = false;
  show(name, reason);
  password?.setAttribute("aria-invalid", String(name === "refused"));
  if (name === "refused") password.focus();
  if (RETRIED.includes(name)) return;
  form.reset();
  form.hidden = true;
  result.focus();
  // Kept until here, so that a reload works; a used token need not stay in the history.
  if (result.dataset.tone === "good") history.replaceState(null, "", location.pathname + location.search);
}

function toggle() {
  password.type = reveal.checked ? "text" : "password";
}

// Browsers remember what was typed in a visible field.
function hide() {
  if (!reveal) return;
  reveal.checked = false;
  toggle();
}

// A second link opened in the same tab changes the fragment without loading the page.
function begin() {
  result.replaceChildren();
  form.hidden = !token();
  if (form.hidden) show("missing_token");
}

form.addEventListener("submit", send);
reveal?.addEventListener("change", toggle);
addEventListener("hashchange", begin);
begin();
