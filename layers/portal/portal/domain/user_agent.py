"""What a device is called in a mail to its owner.

Only words of this page are said: the ``User-Agent`` of a thief is a text to the owner in our name otherwise, with
links and telephone numbers that mail programs make clickable.
"""

# The first that occurs counts: browsers name those that they descend from as well.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Macintosh": "macOS",
    "Linux": "Linux",
}


def device_name(user_agent: str) -> str:
    """Return browser and system, as far as a ``User-Agent`` (RFC 9110, section 10.1.5) names known ones.

    Returns:
        A text such as ``Firefox, Windows``; empty where neither is known.
    """
    known = (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))
    return ", ".join(name for name in known if name)


def _first(names: dict[str, str], user_agent: str) -> str:
    return next((name for mark, name in names.items() if mark in user_agent), "")
