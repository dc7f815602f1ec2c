"""Ordered mails to SES: woken by the outbox stream, and every minute for what is due."""

import os

from portal.events.mailer import serve_mailer
from portal.settings import load
from portal.settings.mailer import MailerSettings

handler = serve_mailer(load(MailerSettings, os.environ))
