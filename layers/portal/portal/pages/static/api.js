// The one way to the API. It answers always and never throws: a failure is an answer with a status.
//
// `{ ok, status, data, code, title, errors, retryAfter, headers }`; `status` is 0 where no answer came.
// `code`, `title` and `errors` are those of the problem (RFC 9457), `retryAfter` is in seconds.

import { hasText, text } from "./texts.js";

const WAIT_MILLISECONDS = 30_000;

/** Sends a request to a route such as `api/login`, relative to the root of the portal. */
export async function call(method, route, body, options = {}) {
  const { token, headers = {}, credentials = "omit", keepalive = false } = options;
  const sent = { Accept: "application/json", "Accept-Language": document.documentElement.lang, ...headers };
  if (body !== undefined) sent["Content-Type"] ??= "application/json";
  if (token) sent.Authorization = `Bearer ${token}`;
  try {
    // Modules lie in the root, wherever the page is.
    const response = await fetch(new URL(route, import.meta.url), {
      method,
      headers: sent,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials,
      keepalive,
      cache: "no-store",
      signal: AbortSignal.timeout(WAIT_MILLISECONDS),
    });
    return await answer(response);
  } catch {
    return { ok: false, status: 0, data: null, code: "offline", title: text("offline"), errors: [], retryAfter: 0 };
  }
}

async function answer(response) {
  const data = await document_of(response);
  return {
    ok: response.ok,
    status: response.status,
    data,
    code: response.ok ? "" : (data?.code ?? "unavailable"),
    title: response.ok ? "" : (data?.title ?? text("try_again")),
    errors: data?.errors ?? [],
    retryAfter: Number(response.headers.get("Retry-After")) || 0,
    headers: response.headers,
  };
}

async function document_of(response) {
  // A file goes to the disk as it came: read as text it would lose the mark of its encoding.
  if (response.headers.get("Content-Type")?.startsWith("text/csv")) return response.blob();
  const body = await response.text();
  if (!body) return null;
  try {
    return JSON.parse(body);
  } catch (failure) {
    // A success that is not ours, or that broke off, is none: `call` tells it.
    if (response.ok) throw failure;
    return null;
  }
}

/** Says in words what stopped a request as a whole. */
export function reason(failed) {
  if (hasText(failed.code)) return text(failed.code, { wait: wait(failed.retryAfter) });
  if (failed.status === 429) return text("too_many_requests", { wait: wait(failed.retryAfter) });
  if (failed.status >= 500) return text("try_again");
  return failed.title;
}

function wait(seconds) {
  if (seconds > 1 && seconds < 60) return text("seconds", { number: Math.ceil(seconds) });
  const number = Math.ceil(seconds / 60);
  return number > 1 ? text("minutes", { number }) : text("one_minute");
}
