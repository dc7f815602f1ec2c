// Everything stored about the person, as a file that is made here.

import { handle } from "./forms.js";
import { call, ready, require } from "./session.js";
import { quiet, tell } from "./show.js";
import { text } from "./texts.js";

const NAME = "mandantenportal.json";
let address = "";

function done({ data }) {
  URL.revokeObjectURL(address);
  address = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }));
  tell("ready");
  const link = Object.assign(document.createElement("a"), { href: address, download: NAME, textContent: text("file") });
  document.querySelector('[data-slot="file"]').replaceWith(link);
  link.click();
}

await require();
handle(document.querySelector("main form"), {
  send() {
    quiet();
    return call("GET", "api/profile/export");
  },
  done,
});
ready();
