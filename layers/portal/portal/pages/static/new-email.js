// Another address: it counts when its link is confirmed, which ends this session.

import { handle } from "./forms.js";
import { call, load, ready, require } from "./session.js";
import { fill } from "./texts.js";

const ask = document.getElementById("ask");
const sent = document.getElementById("sent");
const form = ask.querySelector("form");
const field = form.elements.new_email;

function turn(toSent) {
  ask.hidden = toSent;
  sent.hidden = !toSent;
}

document.getElementById("again").addEventListener("click", () => {
  turn(false);
  field.focus();
});

await require();
const { data } = await load("api/profile");
fill(ask, { email: data.email });
handle(form, {
  send: (found) => call("POST", "api/profile/email-change", found),
  done(answer) {
    fill(sent, { new_email: field.value.trim(), reference: answer.data.reference });
    turn(true);
    sent.querySelector("h2").focus();
  },
});
ready();
