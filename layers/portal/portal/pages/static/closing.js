// The end of the account, whatever leads to it: what it means is said before, the box is ticked, then it happens.

import { handle, show } from "./forms.js";
import { call, end } from "./session.js";
import { text } from "./texts.js";

/** Closes the account by the request that `route` returns, once the form is confirmed. */
export function offerClosing(route) {
  const form = document.getElementById("closing");
  handle(form, {
    send() {
      if (!form.elements.confirm.checked) return { ok: false, errors: [], code: "unconfirmed" };
      return call("DELETE", route());
    },
    done: () => end("closed"),
    failed({ code }) {
      if (code !== "unconfirmed") return false;
      show(form, { errors: [{ pointer: "/confirm", message: text("confirm_missing") }] });
      return true;
    },
  });
}
