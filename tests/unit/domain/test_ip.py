"""Client addresses are cut (P1)."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.ip import cut_ip


@pytest.mark.parametrize(
    ("address", "cut"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("203.0.113.0", "203.0.113.0"),
        ("255.255.255.255", "255.255.255.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("2001:DB8:1::9", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("::ffff:cb00:714d", "203.0.113.0"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:203.0.113.77%1", "203.0.113.0"),
        ("::1", "::"),
    ],
)
def test_the_part_that_names_a_visitor_is_zero(address: str, cut: str) -> None:
    assert cut_ip(address) == cut
    assert cut_ip(cut) == cut


@pytest.mark.parametrize(
    "address",
    ["", " ", "localhost", "203.0.113", "203.0.113.256", "203.0.113.077", "203.0.113.77, 192.0.2.1", "٢٠٣.0.113.1"],
)
def test_what_is_no_address_leaves_nothing(address: str) -> None:
    assert cut_ip(address) == ""


@given(st.ip_addresses(v=4))
def test_the_fourth_octet_never_survives(address: ipaddress.IPv4Address) -> None:
    cut = ipaddress.IPv4Address(cut_ip(str(address)))
    assert int(cut) & 0xFF == 0
    assert address in ipaddress.IPv4Network(f"{cut}/24")


@given(st.ip_addresses(v=6), st.sampled_from(["", "%eth0", "%7"]))
def test_the_last_80_bits_never_survive(address: ipaddress.IPv6Address, zone: str) -> None:
    cut = ipaddress.ip_address(cut_ip(f"{address}{zone}"))
    kept = 24 if cut.version == 4 else 48
    assert int(cut) & ((1 << (cut.max_prefixlen - kept)) - 1) == 0
    assert "%" not in str(cut)


@given(st.text(max_size=50))
def test_any_text_is_cut_or_nothing(address: str) -> None:
    cut = cut_ip(address)
    assert cut == "" or cut_ip(cut) == cut
