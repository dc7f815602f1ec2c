"""The shared layer of Mandantenportal.

Imports run one way: ``domain`` <- ``flows``, ``adapters``, ``mails`` <- ``http`` <- ``functions``.
"""

import sys

from portal.on_use import OnUse

__version__ = "0.1.0"

sys.meta_path.insert(0, OnUse)  # before any library
