// The bank details are shown for review, before anything is paid to them.

import { handle } from "./forms.js";
import { goOn } from "./places.js";
import { call, load, ready, require } from "./session.js";
import { showBank, tell } from "./show.js";

const ask = document.getElementById("ask");

function reviewed() {
  ask.hidden = true;
  tell("reviewed");
  document.querySelector("#result a").addEventListener("click", leave);
}

function leave(event) {
  event.preventDefault();
  goOn();
}

await require();
const { data } = await load("api/profile/bank-details");
showBank(ask, data);
handle(ask.querySelector("form"), { send: () => call("POST", "api/profile/bank-details/accept", {}), done: reviewed });
document.getElementById("later").addEventListener("click", leave);
ready();
if (data.reviewed) reviewed();
