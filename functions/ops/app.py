"""For operators, by `sam remote invoke`: no route leads here."""

import os

from portal.events.ops import serve_ops
from portal.settings import load
from portal.settings.ops import OpsSettings

handler = serve_ops(load(OpsSettings, os.environ))
