// Shows which bank an IBAN, or an account number and bank code, stand for, while they are typed.

import { call } from "./api.js";
import { controlAt, mark, unmark } from "./forms.js";
import { text } from "./texts.js";

const PAUSE_MILLISECONDS = 500;
const GERMAN_IBAN_LENGTH = 22;
const BANK_CODE_LENGTH = 8;

/** Watches the bank fields of a form; what is found stands in `#bank-result`. */
export function watchBank(form, prefix = "/bank_details") {
  const names = ["iban", "account_number", "bank_code", "bic", "bank_name"];
  const controls = names.map((name) => form.querySelector(`[data-pointer="${prefix}/${name}"]`));
  const result = document.getElementById("bank-result");
  let timer;
  let latest = 0;

  const typed = () => Object.fromEntries(names.map((name, at) => [name, controls[at].value]).filter(([, value]) => value.trim()));

  async function look(leaving) {
    clearTimeout(timer);
    const given = typed();
    const number = (latest += 1);
    if (!given.iban && !(given.account_number && given.bank_code)) {
      for (const control of controls) unmark(control);
      return show([]);
    }
    const answer = await call("POST", "api/bank-details/resolve", given);
    // Something else was typed meanwhile.
    if (number !== latest) return;
    for (const control of controls) unmark(control);
    if (answer.ok) show(found(answer.data));
    else if (answer.status === 422) refused(answer.errors, leaving);
    else show([]); // the form says what is wrong when it is sent
  }

  function refused(errors, leaving) {
    const unknown = errors.some(({ pointer, code }) => code === "required" && ["/bic", "/bank_name"].includes(pointer));
    show(unknown ? [text("bank_unknown")] : []);
    if (unknown) document.getElementById("bank-more").open = true;
    for (const { pointer, code, message } of leaving ? errors : []) {
      if (code !== "required") mark(controlAt(form, prefix + pointer), message);
    }
  }

  function show(lines) {
    result.replaceChildren(
      ...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })),
    );
  }

  for (const control of controls) {
    control.addEventListener("input", () => {
      clearTimeout(timer);
      if (complete(typed())) timer = setTimeout(look, PAUSE_MILLISECONDS, false);
    });
    control.addEventListener("change", () => look(true));
  }
}

// Before that nothing is worth asking for.
function complete({ iban = "", account_number: account = "", bank_code: bank = "" }) {
  const signs = iban.replace(/\s/g, "");
  if (signs) return signs.toUpperCase().startsWith("DE") ? signs.length >= GERMAN_IBAN_LENGTH : signs.length > 14;
  return account.trim() !== "" && bank.replace(/\s/g, "").length >= BANK_CODE_LENGTH;
}

function found(data) {
  return [`${text("bank_found_label")} ${text("bank_found", data)}`, ...data.warnings.map((warning) => text(warning))];
}
