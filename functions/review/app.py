"""Accounts that nobody uses, once a day: told, and then closed."""

import os

from portal.events.review import serve_review
from portal.settings import load
from portal.settings.review import ReviewSettings

handler = serve_review(load(ReviewSettings, os.environ))
