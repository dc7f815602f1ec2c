// How pages behind the login show what came: always as text.

import { fragment, text } from "./texts.js";

const REGION = { de: "de-DE", en: "en-GB" }[document.documentElement.lang];
// Times of pages are those of the company, wherever the device is.
const ZONE = { timeZone: "Europe/Berlin" };
const moment = new Intl.DateTimeFormat(REGION, { dateStyle: "long", timeStyle: "short", ...ZONE });
const day = new Intl.DateTimeFormat(REGION, { dateStyle: "long", ...ZONE });
const shortDay = new Intl.DateTimeFormat(REGION, { dateStyle: "medium", ...ZONE });
const euros = new Intl.NumberFormat(REGION, { style: "currency", currency: "EUR" });
const roundEuros = new Intl.NumberFormat(REGION, { style: "currency", currency: "EUR", maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat(REGION, { style: "percent", minimumFractionDigits: 2 });
const monthName = new Intl.DateTimeFormat(REGION, { month: "long", year: "numeric", timeZone: "UTC" });
const monthInShort = new Intl.DateTimeFormat(REGION, { month: "short", year: "2-digit", timeZone: "UTC" });
const countries = new Intl.DisplayNames(REGION, { type: "region" });
// This language writes days as the API does.
const isoDay = new Intl.DateTimeFormat("sv-SE", ZONE);

/** Returns a time of the API (RFC 3339) as people write it, to the minute. */
export function when(time) {
  return moment.format(new Date(time));
}

/** Returns the day of a time of the API. */
export function onDay(time) {
  return day.format(new Date(time));
}

/** Returns a day of the API as lists show it; an empty text where there is none. */
export function inShort(date) {
  return date ? shortDay.format(new Date(date)) : "";
}

/** Returns a month of the API (`2026-11`) with its name. */
export function monthOf(month) {
  return monthName.format(new Date(month));
}

/** Returns a month of the API as charts show it. */
export function shortMonth(month) {
  return monthInShort.format(new Date(month));
}

/** Returns the present day, as the API writes days. */
export function today() {
  return isoDay.format(new Date());
}

/** Returns cents as euros. */
export function money(cents) {
  return euros.format(cents / 100);
}

/** Returns cents as whole euros. */
export function roundMoney(cents) {
  return roundEuros.format(cents / 100);
}

/** Returns a yearly rate of the API (`6.27`) in per cent. */
export function rateOf(rate) {
  return percent.format(Number(rate) / 100);
}

/** Returns the name of a country by its code; of one that nobody knows, the code. */
export function countryOf(code) {
  try {
    return countries.of(code);
  } catch {
    return code;
  }
}

/** Returns an IBAN in groups, as on paper, so that it can be compared; of a masked number, how it ends. */
export function readable(number, name = "iban") {
  if (number?.includes("*")) return text("ending", { end: number.replace(/.*\*/, "") });
  return name === "iban" ? number.replace(/(.{4})(?=.)/g, "$1 ") : number;
}

/** Puts bank details into their list (`data-slot`); German ones alone have account number and bank code. */
export function showBank(list, details) {
  for (const name of ["iban", "bank_name", "bic", "account_number", "bank_code"]) {
    list.querySelector(`[data-slot="${name}"]`).textContent = readable(details[name], name);
  }
  for (const row of list.querySelectorAll(".german")) row.hidden = !row.querySelector("dd").textContent;
}

/** Says what a request led to, and moves the focus there. */
export function tell(name, tone = "good") {
  const result = document.getElementById("result");
  result.dataset.tone = tone;
  result.replaceChildren(fragment(name));
  result.focus();
}

/** Takes away what was said of an earlier request. */
export function quiet() {
  document.getElementById("result").replaceChildren();
}

/** Says that data are only kept, where that is so (`processing_restricted` of the profile). */
export function tellRestriction(restriction) {
  if (!restriction) return;
  const { since, until } = restriction;
  const note = document.getElementById("restricted");
  note.textContent = until
    ? text("restricted_until", { since: onDay(since), until: onDay(until) })
    : text("restricted", { since: onDay(since) });
  note.hidden = false;
}
