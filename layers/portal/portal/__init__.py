"""The shared layer of Mandantenportal.

Imports run one way: ``domain`` <- ``flows``, ``adapters``, ``mails`` <- ``http`` <- ``functions``.
"""

__version__ = "0.1.0"
