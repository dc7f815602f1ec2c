"""The words for codes, German and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.domain.errors import FieldCode

if TYPE_CHECKING:
    from portal.domain.mail import Language

FIELD_MESSAGES: dict[FieldCode, dict[Language, str]] = {
    FieldCode.REQUIRED: {"de": "Bitte füllen Sie dieses Feld aus.", "en": "Please fill in this field."},
    FieldCode.UNKNOWN_MEMBER: {"de": "Dieses Feld gibt es nicht.", "en": "There is no such field."},
    FieldCode.WRONG_TYPE: {"de": "Die Angabe hat nicht die erwartete Form.", "en": "The value has the wrong type."},
    FieldCode.INVALID_VALUE: {"de": "Diese Angabe ist nicht zulässig.", "en": "This value is not allowed."},
    FieldCode.TOO_LONG: {"de": "Die Angabe ist zu lang.", "en": "The value is too long."},
    FieldCode.CONTROL_CHARACTER: {
        "de": "Die Angabe enthält Zeichen, die nicht zulässig sind.",
        "en": "The value contains characters that are not allowed.",
    },
    FieldCode.EMAIL_INVALID: {
        "de": "Bitte geben Sie eine gültige E-Mail-Adresse an.",
        "en": "Please enter a valid e-mail address.",
    },
    FieldCode.EMAIL_UNSUPPORTED: {
        "de": "An diese Adresse können wir nicht senden: Vor dem @ sind weder Umlaute noch Anführungszeichen möglich.",
        "en": "We cannot send to this address: neither accents nor quotation marks are possible before the @.",
    },
    FieldCode.EMAIL_UNCHANGED: {
        "de": "Das ist bereits Ihre E-Mail-Adresse.",
        "en": "This is your e-mail address already.",
    },
    FieldCode.POSTAL_CODE_INVALID: {
        "de": "Bitte geben Sie eine deutsche Postleitzahl mit fünf Ziffern an.",
        "en": "Please enter a German postal code of five digits.",
    },
    FieldCode.PHONE_INVALID: {
        "de": "Bitte geben Sie eine gültige Nummer mit Vorwahl an.",
        "en": "Please enter a valid number with its area code.",
    },
    FieldCode.IBAN_INVALID: {
        "de": "Diese IBAN ist nicht gültig. Bitte prüfen Sie die Ziffern.",
        "en": "This IBAN is not valid. Please check the digits.",
    },
    FieldCode.IBAN_COUNTRY_UNSUPPORTED: {
        "de": "Konten dieses Landes nehmen nicht am SEPA-Zahlungsverkehr teil.",
        "en": "Accounts of this country do not take part in SEPA payments.",
    },
    FieldCode.BIC_INVALID: {"de": "Diese BIC ist nicht gültig.", "en": "This BIC is not valid."},
    FieldCode.BANK_CODE_INVALID: {
        "de": "Bitte geben Sie eine Bankleitzahl mit acht Ziffern an.",
        "en": "Please enter a German bank code of eight digits.",
    },
    FieldCode.BANK_CODE_UNKNOWN: {"de": "Diese Bankleitzahl gibt es nicht.", "en": "This bank code does not exist."},
    FieldCode.ACCOUNT_NUMBER_INVALID: {
        "de": "Bitte geben Sie eine gültige Kontonummer mit höchstens zehn Ziffern an.",
        "en": "Please enter a valid account number of at most ten digits.",
    },
    FieldCode.BANK_DETAILS_DISAGREE: {
        "de": "Diese Angabe passt nicht zu den übrigen Bankdaten.",
        "en": "This value does not agree with the other bank details.",
    },
    FieldCode.CONSENT_MISSING: {
        "de": "Ohne diese Einwilligung ist keine Registrierung möglich.",
        "en": "Registration is not possible without this consent.",
    },
    FieldCode.CONSENT_OUTDATED: {
        "de": "Es gibt eine neuere Fassung. Bitte lesen Sie diese und stimmen Sie erneut zu.",
        "en": "There is a newer version. Please read it and consent again.",
    },
    FieldCode.PASSWORD_TOO_SHORT: {
        "de": "Das Passwort braucht mindestens 15 Zeichen. Ein Satz aus mehreren Wörtern ist gut geeignet.",
        "en": "The password needs at least 15 characters. A phrase of several words works well.",
    },
    FieldCode.PASSWORD_TOO_LONG: {
        "de": "Das Passwort darf höchstens 128 Zeichen haben.",
        "en": "The password may have at most 128 characters.",
    },
    FieldCode.PASSWORD_TOO_COMMON: {
        "de": "Dieses Passwort ist leicht zu erraten: Es steht auf Listen häufiger Passwörter, ist eine bekannte "
        "Wendung oder besteht aus sehr wenigen gängigen Wörtern.",
        "en": "This password is easy to guess: it is on lists of common passwords, is a well-known phrase or consists "
        "of very few common words.",
    },
    FieldCode.PASSWORD_TOO_PERSONAL: {
        "de": "Dieses Passwort ist leicht zu erraten: Es besteht vor allem aus Ihrem Namen, Ihrer Anschrift oder "
        "E-Mail-Adresse oder aus dem Namen des Portals oder des Unternehmens.",
        "en": "This password is easy to guess: it consists mainly of your name, your postal or e-mail address, or the "
        "name of the portal or the company.",
    },
    FieldCode.PASSWORD_TOO_REGULAR: {
        "de": "Dieses Passwort ist leicht zu erraten: Es folgt einem Muster, etwa benachbarten Tasten, dem Alphabet, "
        "einer Zahlenreihe oder einem Datum.",
        "en": "This password is easy to guess: it follows a pattern, such as neighbouring keys, the alphabet, a row "
        "of numbers or a date.",
    },
    FieldCode.PASSWORD_TOO_REPETITIVE: {
        "de": "Dieses Passwort ist leicht zu erraten: Es besteht vor allem aus Wiederholungen.",
        "en": "This password is easy to guess: it consists mainly of repetitions.",
    },
    FieldCode.PASSWORD_UNCHANGED: {
        "de": "Das neue Passwort muss sich vom bisherigen unterscheiden.",
        "en": "The new password must differ from the current one.",
    },
}
