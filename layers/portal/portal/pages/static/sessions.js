// Where the person is logged in; sessions that they do not know can be ended.

import { handle } from "./forms.js";
import { call, load, ready, require } from "./session.js";
import { quiet, tell, when } from "./show.js";
import { fill, text } from "./texts.js";

const list = document.getElementById("sessions");
const item = document.getElementById("session");
const others = document.getElementById("others");

function shown(session) {
  const part = item.content.cloneNode(true).firstElementChild;
  const device = session.device || text("unknown_device");
  fill(part, {
    device,
    created_at: when(session.created_at),
    last_used_at: when(session.last_used_at),
    ip: session.ip || text("unknown"),
    user_agent: session.user_agent || text("unknown"),
  });
  // Who knows browser and system needs no more.
  part.querySelector(".whole").hidden = session.device !== "";
  const form = part.querySelector("form");
  if (session.current) {
    part.querySelector(".mark").hidden = false;
    form.remove();
  } else {
    form.querySelector("button").setAttribute("aria-label", text("end_of", { device }));
    handle(form, { send: () => end(session.id), done: () => update("ended") });
  }
  return part;
}

async function end(id) {
  quiet();
  const answer = await call("DELETE", `api/sessions/${id}`);
  // It has ended by itself, or by another tab.
  return answer.status === 404 ? { ok: true } : answer;
}

async function show() {
  const { data } = await load("api/sessions");
  const own = data.sessions.filter((session) => session.current);
  const foreign = data.sessions.filter((session) => !session.current);
  list.replaceChildren(...[...own, ...foreign].map(shown));
  others.hidden = !foreign.length;
  document.getElementById("alone").hidden = foreign.length > 0;
}

async function update(told) {
  await show();
  tell(told);
}

await require();
await show();
handle(others, {
  send() {
    quiet();
    return call("DELETE", "api/sessions");
  },
  done: () => update("others_ended"),
});
ready();
