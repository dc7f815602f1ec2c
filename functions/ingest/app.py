"""Files of the feed: taken in when they arrive, and every minute what waits."""

import os

from portal.events.ingest import serve_ingest
from portal.settings import IngestSettings, load

handler = serve_ingest(load(IngestSettings, os.environ))
