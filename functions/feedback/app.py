"""What SES tells of mails that it took, by EventBridge; and every 15 minutes addresses that SES is to forget."""

import os

from portal.events.feedback import serve_feedback
from portal.settings import load
from portal.settings.feedback import FeedbackSettings

handler = serve_feedback(load(FeedbackSettings, os.environ))
