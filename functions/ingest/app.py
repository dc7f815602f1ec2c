"""Files of the feed: taken in when they arrive, and every minute what waits."""

import os

from portal.events.ingest import serve_ingest
from portal.settings import load
from portal.settings.ingest import IngestSettings

handler = serve_ingest(load(IngestSettings, os.environ))
