// A page that asks for a mail: resend, forgotten password. The answer is the same for every address.

import { handle } from "./forms.js";
import { fill, fragment } from "./texts.js";

const form = document.querySelector("form");
const result = document.getElementById("result");

handle(form, {
  done() {
    const told = fragment("sent");
    fill(told, { email: form.elements.email.value.trim() });
    result.dataset.tone = "good";
    result.replaceChildren(told);
    document.getElementById("ask").hidden = true;
    result.focus();
  },
});
