// One case: who owes what, what came in, what happened, and interest up to a day.
//
// Which one stands behind the `#` of the address (`case#client=K-1001&case=2026-0815`), which no server is told.

import { handle } from "./forms.js";
import { addressOf, said } from "./places.js";
import { call, ready, require, together } from "./session.js";
import { countryOf, inShort, money, onDay, rateOf, tell, today, when } from "./show.js";
import { fill, text } from "./texts.js";

// What numbers of the core system look like: no part of an address of the API can be made of anything else.
const NUMBER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
const HOME_COUNTRY = "DE";

const at = (id) => document.getElementById(id);
const page = at("case");
const place = { client: said("client"), case: said("case") };
const own = new URLSearchParams(place).toString();
const route = `api/clients/${place.client}/cases/${place.case}`;

function part(name, values) {
  const made = at(name).content.cloneNode(true).firstElementChild;
  fill(made, values);
  return made;
}

/** Puts rows into a list; where there are none, the text that says so stands in its place. */
function list(id, rows) {
  const body = at(id);
  body.replaceChildren(...rows);
  const whole = body.closest(".fitting") ?? body;
  whole.hidden = !rows.length;
  const none = at(`${id}-none`);
  if (none) none.hidden = rows.length > 0;
}

function missing() {
  page.hidden = true;
  ready();
  tell("missing", "bad");
}

// ---------------------------------------------------------------- what there is

function show(found, client) {
  const { totals } = found;
  fill(page, {
    reference: found.reference,
    status: text(found.status),
    client: client?.name ?? found.client_id,
    id: found.id,
    opened_on: onDay(found.opened_on),
    closed_on: found.closed_on ? onDay(found.closed_on) : "",
    seen_at: when(new Date()),
    ...Object.fromEntries(Object.entries(totals).map(([name, amount]) => [name, money(amount)])),
  });
  at("ended").hidden = !found.closed_on;
  list("debtors", found.debtors.map(debtorOf));
  list("positions", found.positions.map(positionOf));
  list("postings", found.postings.map((each) => part("posting", { ...amounts(each), booked_on: inShort(each.booked_on) })));
  list("payments", found.payments.map((each) => part("payment", { ...amounts(each), received_on: inShort(each.received_on) })));
  // The newest is what people come for; of one day, what was noted last.
  const events = found.history.toReversed().sort((one, other) => other.on.localeCompare(one.on));
  list("history", events.map((each) => part("event", { on: inShort(each.on), text: each.text })));
}

function amounts(values) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "number" ? money(value) : value]),
  );
}

function debtorOf({ kind, name, street, postal_code: code, city, country }) {
  const made = part("debtor", { name, kind: text(kind) });
  const abroad = country && country !== HOME_COUNTRY ? countryOf(country) : "";
  const lines = [street, [code, city].filter(Boolean).join(" "), abroad].filter(Boolean);
  const address = made.querySelector("address");
  address.replaceChildren(...lines.map((line) => Object.assign(document.createElement("div"), { textContent: line })));
  address.hidden = !lines.length;
  return made;
}

function positionOf({ kind, label, amount, due_on: due, interest }) {
  return part("position", {
    label,
    kind: text(`kind_${kind}`),
    due_on: inShort(due) || "–",
    bears: interest ? text("bears", { points: interest.points, since: inShort(interest.since) }) : "–",
    amount: money(amount),
  });
}

// ---------------------------------------------------------------- interest

function showInterest({ data: { to, amount, paid, provisional, periods } }) {
  const result = at("interest-result");
  const told = periods.length ? "interest_to" : "interest_none";
  fill(result, { told: text(told, { to: onDay(to), amount: money(amount), paid: money(paid) }) });
  at("provisional").hidden = !provisional;
  at("provisional").textContent = provisional ? text("provisional") : "";
  list(
    "periods",
    periods.map((each) =>
      part("period", {
        since: inShort(each.since),
        to: inShort(each.to),
        days: each.days,
        principal: money(each.principal),
        rate: rateOf(each.rate),
        amount: money(each.amount),
      }),
    ),
  );
  result.hidden = false;
  result.querySelector("h3").focus();
}

function refused(answer) {
  at("interest-result").hidden = true;
  if (answer.status === 404) missing();
  return answer.status === 404;
}

// ---------------------------------------------------------------- the way here and back

function keepPlace() {
  // An address that is copied from here says nothing of the way that somebody came.
  const fromList = said("from") === "list" || history.state?.fromList === true;
  history.replaceState({ fromList }, "", `#${own}`);
  const back = at("back");
  back.href = addressOf("cases", new URLSearchParams({ client: place.client }));
  back.addEventListener("click", (event) => {
    // The list as it was, with what was looked for; in a tab of its own there is nothing to go back to.
    if (!fromList || history.length < 2 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.back();
  });
}

// "Skip to content" leads to a place in the page; any other address is that of another case.
function follow() {
  if (said("case")) location.reload();
  else if (place.case) history.replaceState({ fromList: false }, "", `#${own}`);
}

async function begin() {
  if (![place.client, place.case].every((number) => NUMBER.test(number))) return missing();
  keepPlace();
  const asks = [() => call("GET", route), () => call("GET", "api/clients")];
  const [found, clients] = await together(asks);
  if (!found.ok) return missing();
  show(found.data, clients.data.clients.find(({ id }) => id === place.client));
  document.title = document.title.replace(" – ", ` ${place.case} – `);
  const form = page.querySelector("form");
  form.elements.to.value = today();
  handle(form, { send: (asked) => call("POST", `${route}/interest`, asked), done: showInterest, failed: refused });
  at("print").addEventListener("click", () => print());
  page.hidden = false;
  return ready();
}

addEventListener("hashchange", follow);
await require();
await begin();
