// Closing the account.

import { offerClosing } from "./closing.js";
import { ready, require } from "./session.js";

await require();
offerClosing(() => "api/profile");
ready();
