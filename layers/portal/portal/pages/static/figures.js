// The figures of a client: sums, numbers of cases by status, and what came in during the last months.

import { chartIn } from "./chart.js";
import { money, monthOf, roundMoney, shortMonth, when } from "./show.js";
import { fill, text } from "./texts.js";

export const STATUSES = ["pre_court", "instalments", "court", "enforcement", "settled", "closed"];

const area = document.getElementById("client-area");
const buttons = document.getElementById("statuses");
const chart = chartIn(document.getElementById("chart"), roundMoney);

/** Shows the figures of a client; `choose` gets the status whose cases the person wants to see, empty for all. */
export function showFigures({ name, as_of: asOf, figures, recoveries }, choose) {
  fill(area, {
    name,
    as_of: asOf ? text("as_of", { time: when(asOf) }) : text("as_of_never"),
    claimed: money(figures.claimed),
    recovered: money(figures.recovered),
    outstanding: money(figures.outstanding),
  });
  const all = STATUSES.reduce((sum, status) => sum + figures.cases[status], 0);
  const counts = [["", all], ...STATUSES.map((status) => [status, figures.cases[status]])];
  buttons.replaceChildren(...counts.map(([status, number]) => buttonOf(status, number, choose)));
  showRecoveries(recoveries);
}

/** Marks the status whose cases the list shows. */
export function markStatus(shown = "") {
  for (const button of buttons.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.status === shown));
  }
}

function buttonOf(status, number, choose) {
  const part = document.getElementById("count").content.cloneNode(true).firstElementChild;
  fill(part, { status: text(status || "every"), number });
  const button = part.querySelector("button");
  button.dataset.status = status;
  button.addEventListener("click", () => choose(status));
  return part;
}

function showRecoveries(months) {
  const sum = months.reduce((all, { amount }) => all + amount, 0);
  const best = months.reduce((most, month) => (month.amount > most.amount ? month : most));
  const words = { sum: money(sum), month: monthOf(best.month), most: money(best.amount) };
  const any = months.some(({ amount }) => amount !== 0);
  // Money that went back counts against what came in.
  const told = best.amount > 0 ? "recovered_sum" : any ? "recovered_back" : "recovered_none";
  document.getElementById("recoveries").hidden = !any;
  document.getElementById("recoveries-text").textContent = text(told, words);
  chart(
    months.map(({ month, amount }) => ({
      month,
      amount,
      name: shortMonth(month),
      told: text("month_amount", { month: monthOf(month), amount: money(amount) }),
    })),
  );
  const rows = months.toReversed().map(({ month, amount }) => {
    const row = document.getElementById("month").content.cloneNode(true).firstElementChild;
    fill(row, { month: monthOf(month), amount: money(amount) });
    return row;
  });
  document.getElementById("months").replaceChildren(...rows);
}
