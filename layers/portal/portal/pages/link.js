// Confirms or rejects a registration with the token in the fragment of a mail's link.
// Nothing is sent before a click: mail scanners open links, they do not press buttons.

const WAIT_MILLISECONDS = 30_000;

// Each message: tone, German, English.
const GENERAL = {
  sending: ["", "Einen Augenblick bitte …", "One moment please …"],
  missing_token: [
    "bad",
    "In der Adresse dieser Seite fehlt der Schlüssel aus der E-Mail. Bitte öffnen Sie den Link aus der E-Mail noch einmal vollständig.",
    "The address of this page lacks the key from the e-mail. Please open the complete link from the e-mail again.",
  ],
  invalid_link: [
    "bad",
    "Dieser Link ist ungültig. Bitte öffnen Sie den Link aus der E-Mail noch einmal vollständig.",
    "This link is invalid. Please open the complete link from the e-mail again.",
  ],
  try_again: [
    "bad",
    "Das hat gerade nicht geklappt. Bitte versuchen Sie es in einigen Minuten noch einmal; der Link bleibt gültig.",
    "That did not work just now. Please try again in a few minutes; the link stays valid.",
  ],
};

const JOURNEYS = {
  confirm: {
    endpoint: "api/registrations/confirm",
    messages: {
      ...GENERAL,
      confirmed: [
        "good",
        "Ihre Adresse ist bestätigt. Sie erhalten in Kürze eine E-Mail mit Benutzername und Passwort.",
        "Your address is confirmed. You will shortly receive an e-mail with user name and password.",
      ],
      already_confirmed: [
        "good",
        "Ihre Adresse war bereits bestätigt. Benutzername und Passwort gehen Ihnen per E-Mail zu; Sie müssen nichts weiter tun.",
        "Your address had already been confirmed. User name and password are sent to you by e-mail; you need not do anything else.",
      ],
      link_expired: [
        "bad",
        "Dieser Link gilt nicht mehr: Die Frist ist abgelaufen, die Registrierung wurde gelöscht oder eine andere Registrierung mit Ihrer Adresse wurde bestätigt. Haben Sie noch kein Konto, registrieren Sie sich bitte neu.",
        "This link is no longer valid: the period has passed, the registration was deleted or another registration with your address was confirmed. If you have no account yet, please register anew.",
      ],
    },
  },
  reject: {
    endpoint: "api/registrations/reject",
    messages: {
      ...GENERAL,
      rejected: [
        "good",
        "Die Registrierung und ihre Daten sind gelöscht. Sie müssen nichts weiter tun.",
        "The registration and its data are deleted. You need not do anything else.",
      ],
      link_expired: [
        "bad",
        "Diese Registrierung steht nicht mehr aus: Sie ist abgelaufen, schon gelöscht oder schon bestätigt. Haben Sie ein Konto, das Sie nicht wollten, wenden Sie sich bitte an uns.",
        "This registration is no longer pending: it has expired, was already deleted or already confirmed. If you have an account that you did not want, please contact us.",
      ],
    },
  },
};

const { endpoint, messages } = JOURNEYS[document.querySelector("main").dataset.journey];
const button = document.getElementById("send");
const result = document.getElementById("result");
let sending = false;

function token() {
  return new URLSearchParams(location.hash.slice(1)).get("token");
}

function show(name) {
  const [tone, ...texts] = messages[name];
  result.dataset.tone = tone;
  result.replaceChildren(
    ...["de", "en"].map((language, index) => {
      const paragraph = document.createElement("p");
      paragraph.lang = language;
      paragraph.textContent = texts[index];
      return paragraph;
    }),
  );
}

async function outcome(response) {
  if (response.status === 204) return "rejected";
  if (response.status === 400) return "invalid_link";
  if (response.status === 410) return "link_expired";
  if (response.status !== 200) return "try_again";
  return (await response.json()).status;
}

async function post() {
  try {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ token: token() }),
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(WAIT_MILLISECONDS),
    });
    const name = await outcome(response);
    return Object.hasOwn(messages, name) ? name : "try_again";
  } catch {
    return "try_again";
  }
}

async function send() {
  if (sending) return;
  sending = true;
  // Not `disabled`: that would take the focus away from who uses a keyboard.
  button.setAttribute("aria-disabled", "true");
  show("sending");
  const name = await post();
  button.removeAttribute("aria-disabled");
  sending = false;
  show(name);
  if (name === "try_again") return;
  button.hidden = true;
  result.focus();
  // Kept until here, so that a reload works; a used token need not stay in the history.
  if (messages[name][0] === "good") history.replaceState(null, "", location.pathname + location.search);
}

// A second link opened in the same tab changes the fragment without loading the page.
function begin() {
  result.replaceChildren();
  button.hidden = !token();
  if (button.hidden) show("missing_token");
}

button.addEventListener("click", send);
addEventListener("hashchange", begin);
begin();
