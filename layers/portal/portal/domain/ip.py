"""Client addresses, cut before anything else sees them (P1)."""

import ipaddress

IPV4_PREFIX = 24
IPV6_PREFIX = 48


def cut_ip(address: str) -> str:
    """Return the network of a client address, with the part that identifies a visitor set to zero.

    Args:
        address: what API Gateway names as the peer; anything malformed gives an empty string.

    Returns:
        The /24 network address (IPv4, also when mapped into IPv6) or the /48 one (IPv6).
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    prefix = IPV4_PREFIX if parsed.version == 4 else IPV6_PREFIX  # noqa: PLR2004 - the version's own number
    # From the number: an IPv6 zone id would otherwise survive.
    kept = (int(parsed) >> (parsed.max_prefixlen - prefix)) << (parsed.max_prefixlen - prefix)
    return str(type(parsed)(kept))
