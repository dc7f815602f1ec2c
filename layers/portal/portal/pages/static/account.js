// The start page of the client area.

import { load, ready, require } from "./session.js";
import { readable, tellRestriction } from "./show.js";
import { fill, text } from "./texts.js";

const main = document.getElementById("main");

await require();
const { data } = await load("api/profile");
const name = [data.title, data.first_name, data.last_name].filter(Boolean).join(" ");
fill(main, {
  email: data.email,
  name,
  place: `${data.street} ${data.house_number}, ${data.postal_code} ${data.city}`,
  bank: data.bank_details.bank_name,
  iban: text("iban", { iban: readable(data.bank_details.iban) }),
});
document.getElementById("review").hidden = data.bank_details.reviewed;
tellRestriction(data.processing_restricted);
ready();
