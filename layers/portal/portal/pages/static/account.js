// The start page of the client area.

import { ready, require } from "./session.js";

await require();
ready();
