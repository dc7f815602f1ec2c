"""Countries by ISO 3166-1."""

from portal.domain.errors import FieldCode, Refused


def country_code(value: str) -> str:
    """Return a code of two letters (alpha-2).

    Raises:
        Refused: ``invalid_value`` where there is no such country.
    """
    import pycountry

    # The library would also take small letters.
    if not value.isupper() or pycountry.countries.get(alpha_2=value) is None:
        raise Refused(FieldCode.INVALID_VALUE)
    return value
