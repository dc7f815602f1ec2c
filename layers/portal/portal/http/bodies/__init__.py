"""Request bodies: strict and closed (ASVS 2.2.1, 15.3.3).

Two kinds: what consists of a few texts is a dataclass (``flat``), everything else a pydantic model (``model``).
"""
