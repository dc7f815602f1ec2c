// The login, and the choice of an own password where that of the mail was used.

import { call } from "./api.js";
import { handle, summarise } from "./forms.js";
import { goOn, keepFragment, onward, open, said } from "./places.js";
import { fragment, text } from "./texts.js";
import { exchange, renew } from "./tokens.js";

const ask = document.getElementById("ask");
const form = ask.querySelector("form");
const result = document.getElementById("result");
const heading = document.querySelector("h1");
const ways = { login: heading.textContent, choice: text("choose_heading") };
// The initial password, so that nobody has to type it twice, and the token that it brought; gone with the page.
let initial = null;

function logIn(typed) {
  return exchange(() => call("POST", "api/login", typed, { credentials: "same-origin" }));
}

function done({ data }) {
  if (data.password_change_required) choose(data.access_token);
  else leave(goOn);
}

function failed(answer) {
  if (answer.code !== "invalid_credentials") return false;
  summarise(text("wrong_login"));
  return true;
}

// What was typed must not stay in a page that the browser keeps.
function leave(lead) {
  form.reset();
  initial = null;
  lead();
}

function tell(name, tone) {
  result.dataset.tone = tone;
  result.replaceChildren(...(name ? [fragment(name)] : []));
}

function head(words) {
  document.title = document.title.replace(heading.textContent, words);
  heading.textContent = words;
  scrollTo(0, 0);
  heading.focus();
}

// ---------------------------------------------------------------- an own password

function choose(token) {
  initial = { email: form.elements.email.value, password: form.elements.password.value, token };
  tell("");
  ask.hidden = true;
  form.reset();
  ask.after(document.getElementById("choose").content.cloneNode(true));
  const own = document.querySelector("#own form");
  // Password managers see whose password it is.
  own.querySelector('[autocomplete="username"]').value = initial.email;
  head(ways.choice);
  handle(own, { send: replace, done: () => leave(() => open("review", onward())), failed: refused });
}

async function replace(typed) {
  const body = { current_password: initial.password, ...typed };
  const put = () => exchange(() => call("PUT", "api/password", body, { token: initial.token, credentials: "same-origin" }));
  const answer = await put();
  if (answer.code !== "not_authenticated") return answer;
  // The token lasts for minutes; who took longer has the password still.
  const { email, password } = initial;
  const again = await logIn({ email, password });
  if (!again.ok) return again;
  initial.token = again.data.access_token;
  return put();
}

function refused(answer) {
  if (answer.code !== "invalid_credentials") return false;
  initial = null;
  document.getElementById("own").remove();
  tell("initial_gone", "bad");
  ask.hidden = false;
  head(ways.login);
  return true;
}

handle(form, { send: logIn, done, failed });
keepFragment();
const why = said("why");
if (["needed", "ended"].includes(why)) tell(why, "");
ask.hidden = false;
// Who has a session need not log in again.
if (why !== "needed" && (await renew()).ok) leave(goOn);
