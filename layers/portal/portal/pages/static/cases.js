// The cases of a client: figures, what came in, and the list.
//
// What was asked for and is shown is kept with the entry of the browser's history, so that "back" finds it again. It is
// never part of the address: people look for names.

import { addRows, askFile, askRows, clearRows, linkTo, PIECE } from "./case-list.js";
import { markStatus, showFigures, STATUSES } from "./figures.js";
import { clear, documentOf, handle, show as showErrors } from "./forms.js";
import { said } from "./places.js";
import { busy, call, load, ready, require, together } from "./session.js";
import { quiet, tell } from "./show.js";
import { text } from "./texts.js";

const ORDERS = { opened: "descending", debtor: "ascending", outstanding: "descending" };

const at = (id) => document.getElementById(id);
const area = at("client-area");
const choice = at("client");
const form = at("search");
const found = at("found");
const lost = new Set();
// What the list shows: the question as it was asked, not what is typed by now.
let shown = { client: "", question: {}, rows: 0, cursor: null };
// Of two questions only the later one is answered.
let turn = 0;
let file = "";

// ---------------------------------------------------------------- clients

async function begin(kept) {
  const { data } = await load("api/clients");
  const clients = data.clients.filter(({ id }) => !lost.has(id));
  at("nobody").hidden = clients.length > 0;
  at("switch").hidden = clients.length < 2;
  choice.replaceChildren(...clients.map(({ id, name }) => new Option(name, id)));
  if (!clients.length) return ready();
  const wanted = clients.find(({ id }) => id === (kept?.client ?? said("client")));
  choice.value = (wanted ?? clients[0]).id;
  await change(wanted && kept ? kept : {});
}

async function change({ question = {}, rows = PIECE, opened = "" }) {
  const client = choice.value;
  const mine = (turn += 1);
  const wanted = () => mine === turn;
  area.hidden = true;
  const asks = [() => call("GET", `api/clients/${client}`), () => askRows(client, question, rows)];
  const answers = await together(asks, wanted);
  if (!answers) return;
  if (answers.some(({ ok }) => !ok)) return gone(client);
  const [figures, list] = answers;
  area.hidden = false;
  at("switching").hidden = true;
  showFigures(figures.data, (status) => ask(status ? { status } : {}));
  put(question);
  replaceRows(client, question, list.data);
  ready();
  // Whoever comes back from a case goes on there.
  if (opened) linkTo(opened)?.focus();
}

// Somebody took the right away since the clients were listed.
async function gone(client) {
  lost.add(client);
  turn += 1;
  area.hidden = true;
  busy();
  await begin();
  tell("gone", "bad");
}

// ---------------------------------------------------------------- the list

function put(question) {
  for (const name of ["text", "status"]) form.elements[name].value = question[name] ?? "";
  form.elements.sort.value = question.sort ?? "opened";
  form.elements.order.value = question.order ?? ORDERS[form.elements.sort.value];
  followWords();
}

function typed() {
  const { text: words, status, sort, order } = documentOf(form);
  return words ? { text: words, ...(status && { status }) } : { ...(status && { status }), sort, order };
}

// The order of a search is that of the words.
function followWords() {
  const words = form.elements.text.value.trim() !== "";
  form.elements.sort.disabled = words;
  form.elements.order.disabled = words;
  at("by-words").textContent = words ? text("by_words") : "";
}

// What did not come from the form is put into it at once: an answer must not change what is typed meanwhile.
function ask(question) {
  put(question);
  return search(question);
}

async function search(question, rows = PIECE) {
  const { client } = shown;
  const mine = (turn += 1);
  quiet();
  found.textContent = text("searching");
  // More of the list that is going would keep the answer to what was just asked from being shown.
  at("more").hidden = true;
  const answer = await askRows(client, question, rows);
  if (mine !== turn) return;
  clear(form);
  if (answer.status === 404) return gone(client);
  if (!answer.ok) {
    count();
    return showErrors(form, answer);
  }
  replaceRows(client, question, answer.data);
}

async function more() {
  const { client, question, rows, cursor } = shown;
  const mine = (turn += 1);
  found.textContent = text("searching");
  const answer = await askRows(client, question, PIECE, cursor);
  if (mine !== turn) return;
  clear(form);
  if (answer.status === 404) return gone(client);
  // The list has changed so much that the place is no longer known: it is read anew.
  if (answer.status === 422) return readAnew(question, rows);
  if (!answer.ok) {
    count();
    return showErrors(form, answer);
  }
  goOnAt(addPiece(answer.data));
}

async function readAnew(question, rows) {
  await search(question, rows + PIECE);
  if (shown.question === question) goOnAt(document.querySelectorAll("#rows a")[rows]);
}

// The button that was pressed may be gone; where nothing came, whoever uses a keyboard goes on at the end.
function goOnAt(link) {
  (link ?? [...document.querySelectorAll("#rows a")].at(-1) ?? form.elements.text).focus();
}

function replaceRows(client, question, data) {
  clearRows();
  forgetFile();
  shown = { client, question, rows: 0, cursor: null };
  markStatus(question.status);
  addPiece(data);
}

function addPiece({ cases, cursor }) {
  const first = addRows(shown.client, cases, remember);
  shown = { ...shown, rows: shown.rows + cases.length, cursor };
  remember();
  count();
  return first;
}

function count() {
  const { question, rows, cursor } = shown;
  const narrowed = Boolean(question.text || question.status);
  const name = cursor ? "found_more" : rows === 1 ? "found_one" : rows ? "found_all" : narrowed ? "found_none" : "found_nothing";
  found.textContent = text(name, { number: rows });
  at("more").hidden = !cursor;
  at("all").hidden = !narrowed;
  at("csv").hidden = !rows;
}

function remember(opened = "") {
  const { client, question, rows } = shown;
  history.replaceState({ client, question, rows, opened }, "");
}

// ---------------------------------------------------------------- the list as a file

function forgetFile() {
  URL.revokeObjectURL(file);
  at("file").replaceChildren();
}

async function askWhole() {
  const { client, question } = shown;
  return { ...(await askFile(client, question)), client, question };
}

function offer({ data, client, question }) {
  // Something else is shown by now.
  if (client !== shown.client || question !== shown.question) return;
  forgetFile();
  file = URL.createObjectURL(new Blob(data, { type: "text/csv" }));
  const download = text("file_name", { client });
  const link = Object.assign(document.createElement("a"), { href: file, download, textContent: text("file") });
  at("file").append(link);
  link.click();
}

function notOffered(answer) {
  if (answer.client !== shown.client) return true;
  if (answer.status === 404) gone(answer.client);
  return answer.status === 404;
}

// ----------------------------------------------------------------

form.elements.status.append(...STATUSES.map((status) => new Option(text(status), status)));
form.elements.text.addEventListener("input", followWords);
form.elements.sort.addEventListener("change", () => {
  form.elements.order.value = ORDERS[form.elements.sort.value];
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  search(typed());
});
at("more").addEventListener("click", more);
at("all").addEventListener("click", () => {
  form.elements.text.focus();
  ask({});
});
choice.addEventListener("change", () => {
  quiet();
  clear(form);
  busy();
  at("switching").hidden = false;
  change({});
});
handle(at("csv"), { send: askWhole, done: offer, failed: notOffered });

await require();
await begin(history.state);
