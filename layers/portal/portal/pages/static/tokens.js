// The tokens of a session: one access token for all tabs, in memory alone.
//
// A refresh replaces the cookie, so one tab at a time does it (Web Lock) and tells the others (BroadcastChannel).

import { call } from "./api.js";

const LOCK = "portal-refresh";
// A token that ends on its way is of no use.
const MARGIN_MILLISECONDS = 15_000;
const channel = new BroadcastChannel("portal-session");

/**
 * What is known of the session; milliseconds since 1970 by the clock of this device, 0 before somebody is let in.
 *
 * `renewedAt`: when it was last refreshed; `expiresAt`: when it ends if that does not happen again; `endsAt`: when it
 * ends in any case.
 */
export const session = { renewedAt: 0, expiresAt: 0, endsAt: 0 };
let held = { token: "", endsAt: 0 };
let over = () => {};

/** Returns the access token, empty where there is none that still holds. */
export function token() {
  return Date.now() < held.endsAt - MARGIN_MILLISECONDS ? held.token : "";
}

/** Gives up the access token, as the server no longer takes it. */
export function forget() {
  held = { token: "", endsAt: 0 };
}

/** Gets a new access token by the refresh token of the browser; returns the answer of the server, or of the tab that was first. */
export function renew() {
  const asked = Date.now();
  return exchange(
    () => call("POST", "api/session/refresh", {}, { credentials: "same-origin", keepalive: true }),
    () => session.renewedAt >= asked && token() !== "",
  );
}

/** Sends a request that is answered with new tokens, while no other tab does; `needless` may tell that one has. */
export function exchange(send, needless = () => false) {
  return navigator.locks.request(LOCK, async () => {
    if (needless()) return { ok: true, status: 200 };
    const asked = Date.now();
    const answer = await send();
    // A token that only opens the change of the password is for nobody else.
    if (answer.ok && answer.data?.scope === "portal") take(answer.data, asked);
    return answer;
  });
}

/** Tells all other tabs that the session is over, with the page that says why. */
export function tellOver(page) {
  channel.postMessage({ over: page });
}

/** Calls a function when another tab tells that. */
export function onOver(told) {
  over = told;
}

function take(data, asked) {
  const later = (seconds) => asked + seconds * 1000;
  const got = {
    held: { token: data.access_token, endsAt: later(data.expires_in) },
    session: { renewedAt: asked, expiresAt: later(data.session_expires_in), endsAt: later(data.session_ends_in) },
  };
  adopt(got);
  channel.postMessage(got);
}

function adopt(got) {
  // Somebody else logged in in another tab: nothing of theirs may meet what this page shows.
  if (held.token && owner(held.token) !== owner(got.held.token)) return location.reload();
  held = got.held;
  Object.assign(session, got.session);
}

// Whose token it is; not verified, that is for the server.
function owner(jwt) {
  return JSON.parse(atob(jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).sub;
}

channel.addEventListener("message", ({ data }) => {
  if (data.over) over(data.over);
  else if (data.session.renewedAt >= session.renewedAt) adopt(data);
});
