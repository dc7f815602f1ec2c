// The list of cases: rows that were asked for, more of them, all of them as a file.

import { addressOf } from "./places.js";
import { call } from "./session.js";
import { inShort, money } from "./show.js";
import { fill, text } from "./texts.js";

/** Rows that are asked for at once; the API gives no more than `MOST`. */
export const PIECE = 25;
const MOST = 100;

const table = document.getElementById("cases");
const body = document.getElementById("rows");

/** Asks for at least `number` rows from `cursor` on, where there are so many; answers as `call` does. */
export async function askRows(client, question, number, cursor = null) {
  const cases = [];
  for (let next = cursor; ; ) {
    const limit = Math.min(number - cases.length, MOST);
    const asked = { ...question, limit, ...(next ? { cursor: next } : {}) };
    const answer = await call("POST", `api/clients/${client}/cases/search`, asked);
    if (!answer.ok) return answer;
    cases.push(...answer.data.cases);
    next = answer.data.cursor;
    if (!next || cases.length >= number) return { ...answer, data: { cases, cursor: next } };
  }
}

/** Asks for all cases of a question as a file, piece by piece; `data` of the answer is a list of blobs. */
export async function askFile(client, question) {
  const pieces = [];
  for (let next = null; ; ) {
    const asked = { ...question, ...(next ? { cursor: next } : {}) };
    const headers = { Accept: "text/csv, application/problem+json" };
    const answer = await call("POST", `api/clients/${client}/cases/export`, asked, { headers });
    if (!answer.ok) return answer;
    pieces.push(answer.data);
    next = answer.headers.get("Next-Cursor");
    if (!next) return { ...answer, data: pieces };
  }
}

/** Shows rows of a client; `open` gets the id of the case whose link is followed. Returns the first of their links. */
export function addRows(client, cases, open) {
  const rows = cases.map((each) => rowOf(client, each, open));
  body.append(...rows);
  table.hidden = !body.children.length;
  return rows[0]?.querySelector("a");
}

/** Takes all rows away. */
export function clearRows() {
  body.replaceChildren();
  table.hidden = true;
}

/** Returns the link to a case, where the list shows it. */
export function linkTo(id) {
  return [...body.querySelectorAll("a")].find((link) => link.dataset.id === id);
}

function rowOf(client, found, open) {
  const row = document.getElementById("row").content.cloneNode(true).firstElementChild;
  fill(row, {
    reference: found.reference,
    debtor: found.debtor,
    status: text(found.status),
    opened_on: inShort(found.opened_on),
    claimed: money(found.claimed),
    paid: money(found.paid),
    outstanding: money(found.outstanding),
  });
  const link = row.querySelector("a");
  link.dataset.id = found.id;
  // Numbers of the core system, and behind the `#`: no server is told.
  link.href = addressOf("case", new URLSearchParams({ client, case: found.id, from: "list" }));
  link.addEventListener("click", () => open(found.id));
  return row;
}
