"""Deletion on time, every 15 minutes; and a count of what TTL deleted, by the stream of Registrations."""

import os

from portal.events.cleanup import serve_cleanup
from portal.settings import load
from portal.settings.cleanup import CleanupSettings

handler = serve_cleanup(load(CleanupSettings, os.environ))
