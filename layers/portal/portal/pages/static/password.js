// Another password: every other session ends, this one goes on with new tokens.

import { handle, show } from "./forms.js";
import { call, load, ready, require } from "./session.js";
import { quiet, tell } from "./show.js";
import { text } from "./texts.js";

const form = document.querySelector("main form");

function send(found) {
  quiet();
  return call("PUT", "api/password", found);
}

function done() {
  form.reset();
  tell("changed");
}

// Of two passwords it is the present one that is wrong.
function failed(answer) {
  if (answer.code !== "invalid_credentials") return false;
  show(form, { errors: [{ pointer: "/current_password", message: text("wrong_password") }] });
  return true;
}

await require();
// Password managers store the new one under the name that they find here.
document.getElementById("username").value = (await load("api/profile")).data.email;
handle(form, { send, done, failed });
ready();
