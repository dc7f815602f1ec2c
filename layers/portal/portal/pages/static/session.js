// Pages behind the login: who is let in, how they call the API, and how a session ends.
//
// `await require()` stands at the top of each; `load` and `call` reach the API, `ready()` shows what came. When a page
// is left for another one, these never return, so nothing half is shown.

import { call as send, reason } from "./api.js";
import { askPassword, calm, closeAll, logoutFailed, warn } from "./dialogs.js";
import { keepFragment, open, wayBack } from "./places.js";
import { exchange, forget, onOver, renew, session, tellOver, token } from "./tokens.js";

export { session };

// How long before its end a session is warned of (WCAG 2.2.1: 20 s at least), at most half of its length.
const WARNING_MILLISECONDS = 120_000;
const TICK_MILLISECONDS = 1_000;
const AGAIN_MILLISECONDS = 30_000;
const ACTIONS = ["keydown", "pointerdown", "click", "input", "wheel", "touchstart"];
// Routes that answer with new tokens.
const EXCHANGES = new Set(["api/password", "api/reauthentication"]);

const main = document.getElementById("main");
const loading = document.getElementById("loading");
let actedAt = Date.now();
let watching = 0;
let shown = false;
let asking = null;
let dismissed = 0;
let triedAt = 0;

/** Lets in who has a session; everybody else goes to the login, and comes back to this page afterwards. */
export async function require() {
  for (;;) {
    const answer = await renew();
    if (answer.ok) break;
    if (answer.status === 401) return toLogin("needed");
    await unable(answer);
  }
  watching ||= setInterval(tick, TICK_MILLISECONDS);
}

/** Sends a request to the API as `call` of api.js does, with the token of the session. */
export async function call(method, route, body, { headers } = {}) {
  let answer = await attempt(method, route, body, headers);
  if (answer.code === "not_authenticated") {
    // Ended, or its token too old: the server knows.
    forget();
    answer = await attempt(method, route, body, headers);
    if (answer.code === "not_authenticated") return toLogin("ended");
  }
  if (answer.code === "reauthentication_required") {
    if (!(await stepUp())) return { ...answer, code: "cancelled" };
    answer = await attempt(method, route, body, headers);
  }
  if (answer.code === "consent_required") return leave("new-wordings", wayBack());
  if (answer.code === "password_change_required") return toLogin("needed");
  return answer;
}

/** Gets what the page shows; a failure is told, with a button to try again. */
export async function load(route) {
  for (;;) {
    const answer = await call("GET", route);
    if (answer.ok) return answer;
    await unable(answer);
  }
}

/**
 * Asks several things at once until all of them are answered, a 404 included; a failure is told once, as `load` does.
 *
 * `asks` return promises of answers. Where `wanted` says no when they come, something else was asked for meanwhile:
 * nothing is told, and null is returned.
 */
export async function together(asks, wanted = () => true) {
  for (;;) {
    const answers = await Promise.all(asks.map((ask) => ask()));
    if (!wanted()) return null;
    const failed = answers.find(({ ok, status }) => !ok && status !== 404);
    if (!failed) return answers;
    await unable(failed);
  }
}

/** Notes that a page that was shown loads other data, and where that can say so; `ready()` notes that it is there. */
export function busy() {
  document.querySelector(".unable")?.remove();
  loading.hidden = true;
  main.setAttribute("aria-busy", "true");
}

/** Shows the page, once everything is in its place. */
export function ready() {
  shown = true;
  loading.hidden = true;
  main.classList.remove("waiting");
  main.removeAttribute("aria-busy");
}

/** Tells that the page could not be loaded; returns when the person tries again. */
export function unable(answer) {
  const told = document.getElementById("unable").content.cloneNode(true).firstElementChild;
  told.querySelector("p").textContent = reason(answer);
  loading.hidden = true;
  main.removeAttribute("aria-busy");
  loading.after(told);
  told.focus();
  return new Promise((resolve) => {
    told.querySelector("button").addEventListener("click", () => {
      told.remove();
      loading.hidden = false;
      main.setAttribute("aria-busy", "true");
      resolve();
    });
  });
}

/** Asks for the password again; returns whether it was given. Two requests at once ask once. */
export function stepUp() {
  asking ??= askPassword(reauthenticate).finally(() => {
    asking = null;
  });
  return asking;
}

/** Ends the session at the server and goes to the start page; other tabs follow. */
export async function logOut() {
  const answer = await send("POST", "api/logout", {}, { token: token() || undefined, credentials: "same-origin" });
  if (answer.ok) return end();
  return logoutFailed(answer, logOut);
}

/** Leaves all pages of a session that is over for the start page; `told` is the id of what that says. */
export function end(told = "logged-out") {
  tellOver(told);
  return leave("start", told);
}

async function attempt(method, route, body, headers) {
  if (!token()) {
    const renewed = await renew();
    if (renewed.status === 401) return toLogin("ended");
    if (!renewed.ok) return renewed;
  }
  const sent = () => send(method, route, body, { token: token(), headers, credentials: "same-origin" });
  return EXCHANGES.has(route) && method !== "GET" ? exchange(sent) : sent();
}

async function reauthenticate(password) {
  const answer = await attempt("POST", "api/reauthentication", { password });
  return answer.code === "not_authenticated" ? toLogin("ended") : answer;
}

function toLogin(why) {
  return leave("login", `${wayBack()}&why=${why}`);
}

function leave(page, fragment) {
  clearInterval(watching);
  closeAll();
  // Nothing of the person stays to be seen, here or by the button "back".
  main.replaceChildren();
  open(page, fragment);
  return new Promise(() => {});
}

// ---------------------------------------------------------------- the end

function tick() {
  const now = Date.now();
  const { renewedAt, expiresAt, endsAt } = session;
  const length = expiresAt - renewedAt;
  const last = expiresAt >= endsAt;
  if (now >= expiresAt) return toLogin("ended");
  if (expiresAt - now <= Math.min(WARNING_MILLISECONDS, length / 2)) {
    if (dismissed !== expiresAt) warnOf(last);
    return undefined;
  }
  calm();
  // Who only types or reads makes no request: what they do keeps the session, and nothing else does.
  const due = now - Math.max(renewedAt + length / 6, triedAt + AGAIN_MILLISECONDS) > 0;
  if (due && actedAt > renewedAt && !last) keep();
  return undefined;
}

async function keep() {
  triedAt = Date.now();
  const answer = await renew();
  return answer.status === 401 ? toLogin("ended") : answer;
}

function warnOf(last) {
  const dismiss = () => {
    dismissed = session.expiresAt;
    calm();
  };
  // Where it fails the warning comes again.
  const stay = last ? () => dismiss() || stepUp() : () => calm() || keep();
  warn({ endsAt: session.expiresAt, last, stay, dismiss: last ? dismiss : stay, leave: logOut });
}

keepFragment();
for (const action of ACTIONS) {
  addEventListener(action, () => (actedAt = Date.now()), { capture: true, passive: true });
}
document.addEventListener("visibilitychange", () => {
  if (watching && !document.hidden) tick();
});
onOver((told) => leave("start", told));
document.getElementById("log-out").addEventListener("click", logOut);

// A page that the browser kept shows nothing before the session is known to go on.
addEventListener("pagehide", () => {
  loading.hidden = false;
  main.classList.add("waiting");
});
addEventListener("pageshow", async ({ persisted }) => {
  if (!persisted) return;
  await require();
  if (shown) ready();
});
