"""Passwords that say little beyond what everybody knows: the person, the portal, common phrases (ASVS 6.2.11).

An estimator multiplies the parts of a password and so takes "first name, last name, city" for strong. Here the known
parts are taken out, and what is left must stand for itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from portal.domain.errors import FieldCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Fewer signs than this, beside what is known, are soon tried.
_MIN_REST = 8
_MIN_DISTINCT = 5
# Shorter ones occur in unsuspicious words: they count only where they stand alone.
_MIN_WORD = 3
# Phrases are also known in part: any run of this many letters of one counts.
_MIN_RUN = 8

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "oe", "ł": "l"})
LEET = str.maketrans("013457@$", "oieastas")
"""Digits and signs that stand for letters, as people write them."""

# They lead German lists of leaked passwords.
GERMAN_WORDS = """
passwort kennwort geheim willkommen hallo zugang anmeldung schatz schatzi mausi ichliebedich ichhassedich liebe
sonnenschein schmetterling prinzessin einhorn arschloch fussball schalke borussia bayern deutschland berlin hamburg
münchen köln frühling sommer herbst winter weihnachten ostern qwertz qwertzuiop geburtstag
"""
_GENERIC_WORDS = """
portal portale mandant mandanten mandantin kunde kunden kundin klient klienten klientin client customer user benutzer
benutzername username konto account zugang zugangsdaten passwort passwörter kennwort geheimwort losung password passwd
passcode passphrase login logon anmeldung anmelden einloggen registrierung geheim secret admin willkommen welcome
inkasso forderung forderungen initialpasswort
"""
# Only what joins such words: alone these are ordinary German and English.
_FILLERS = """
ich heiße bin wohne wohnhaft mein meine meinem meinen unser unsere name das die der dies hier ist für von und herr frau
straße gmbh nummer hausnummer neu neues sicher sicheres super ganz sehr streng
my this the is am for and new safe very
"""
_PHRASES = """
correct horse battery staple
the quick brown fox jumps over the lazy dog
the quick brown fox jumped over the lazy dogs
pack my box with five dozen liquor jugs
lorem ipsum dolor sit amet consectetur adipiscing elit
to be or not to be that is the question
may the force be with you
i am your father
all your base are belong to us
i love you to the moon and back
an apple a day keeps the doctor away
the early bird catches the worm
practice makes perfect
once upon a time
never gonna give you up never gonna let you down
let it be let it be
we will rock you
we are the champions
let me in please let me in
open sesame
trustno1 trust no one
this is my password this is a password this is a secure password this is not a password
my password is secret my voice is my passport verify me
change me now please change me
i forgot my password
in god we trust
houston we have a problem
winter is coming
live long and prosper
twinkle twinkle little star how i wonder what you are
franz jagt im komplett verwahrlosten taxi quer durch bayern
zwölf boxkämpfer jagen viktor quer über den großen sylter deich
jeder wackere bayer vertilgt bequem zwo pfund kalbshaxen
falsches üben von xylophonmusik quält jeden größeren zwerg
victor jagt zwölf boxkämpfer quer über den großen sylter deich
alle meine entchen schwimmen auf dem see köpfchen in das wasser schwänzchen in die höh
hänschen klein ging allein in die weite welt hinein
fuchs du hast die gans gestohlen gib sie wieder her
backe backe kuchen der bäcker hat gerufen
hoppe hoppe reiter wenn er fällt dann schreit er
bruder jakob schläfst du noch
der mond ist aufgegangen die goldnen sternlein prangen
o tannenbaum o tannenbaum wie grün sind deine blätter
stille nacht heilige nacht alles schläft einsam wacht
ihr kinderlein kommet o kommet doch all
schlaf kindlein schlaf der vater hüt die schaf
einigkeit und recht und freiheit für das deutsche vaterland
freude schöner götterfunken tochter aus elysium
die gedanken sind frei wer kann sie erraten
wer reitet so spät durch nacht und wind es ist der vater mit seinem kind
habe nun ach philosophie juristerei und medizin
das also war des pudels kern
es war einmal und wenn sie nicht gestorben sind dann leben sie noch heute
spieglein spieglein an der wand wer ist die schönste im ganzen land
knusper knusper knäuschen wer knuspert an meinem häuschen
sesam öffne dich
sein oder nicht sein das ist hier die frage
vater unser im himmel geheiligt werde dein name dein reich komme dein wille geschehe
morgenstund hat gold im mund
der frühe vogel fängt den wurm
übung macht den meister
ende gut alles gut
aller guten dinge sind drei
aller anfang ist schwer
der apfel fällt nicht weit vom stamm
wer anderen eine grube gräbt fällt selbst hinein
wer zuletzt lacht lacht am besten
wer nicht wagt der nicht gewinnt
wer rastet der rostet
was du heute kannst besorgen das verschiebe nicht auf morgen
was hänschen nicht lernt lernt hans nimmermehr
viele köche verderben den brei
stille wasser sind tief
steter tropfen höhlt den stein
reden ist silber schweigen ist gold
ohne fleiß kein preis
lügen haben kurze beine
kleinvieh macht auch mist
kleider machen leute
jeder ist seines glückes schmied
irren ist menschlich
in der ruhe liegt die kraft
in der kürze liegt die würze
hunde die bellen beißen nicht
hochmut kommt vor dem fall
gut ding will weile haben
geld regiert die welt
eile mit weile
eigener herd ist goldes wert
ein unglück kommt selten allein
ein blindes huhn findet auch mal ein korn
einmal ist keinmal
einem geschenkten gaul schaut man nicht ins maul
die zeit heilt alle wunden
die katze im sack kaufen
die hoffnung stirbt zuletzt
der ton macht die musik
der weg ist das ziel
der zweck heiligt die mittel
der klügere gibt nach
das leben ist schön
das leben ist kein ponyhof
das leben ist kein wunschkonzert
das auge isst mit
alte liebe rostet nicht
alles neu macht der mai
alles hat ein ende nur die wurst hat zwei
alle wege führen nach rom
auch andere mütter haben schöne töchter
zeit ist geld
vertrauen ist gut kontrolle ist besser
liebe geht durch den magen liebe macht blind
carpe diem nutze den tag
cogito ergo sum ich denke also bin ich
veni vidi vici ich kam sah und siegte
ich liebe dich über alles ich liebe dich für immer ich liebe dich so sehr ich liebe mein leben
ich liebe meine kinder ich liebe meine familie ich liebe meine mama ich liebe meinen mann ich liebe meine frau
ich hasse passwörter ich habe mein passwort vergessen
das ist ein sicheres passwort das ist kein passwort
lass mich rein bitte lass mich rein
heute ist ein schöner tag
wir schaffen das
ich bin ein berliner
atemlos durch die nacht
neunundneunzig luftballons auf ihrem weg zum horizont
über den wolken muss die freiheit wohl grenzenlos sein
fc bayern münchen mia san mia
stern des südens
borussia dortmund echte liebe
heja bvb schwarz gelb
borussia mönchengladbach
fc schalke glück auf
eintracht frankfurt
hamburger sv nur der hsv
werder bremen lebenslang grün weiß
vfb stuttgart
bayer leverkusen
rb leipzig
hertha bsc berlin
union berlin eisern union
fc köln mer stonn zo dir
dynamo dresden
hansa rostock
fc nürnberg
fortuna düsseldorf
hannover
fc st pauli you will never walk alone youll never walk alone
deutscher fussball bund weltmeister
"""
_PATTERNS = """
qwertzuiopü asdfghjklöä yxcvbnm
qwertyuiop asdfghjkl zxcvbnm
qwertzuiop asdfghjkl yxcvbnm
1q2w3e4r5t6z7u8i9o0p
1q2w3e4r5t6y7u8i9o0p
1qay2wsx3edc4rfv5tgb6zhn7ujm8ik9ol0p
1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p
qaywsxedcrfvtgbzhnujmikolp
qazwsxedcrfvtgbyhnujmikolp
qweasdyxc qweasdzxc asdqweyxc
abcdefghijklmnopqrstuvwxyz
zyxwvutsrqponmlkjihgfedcba
abc123def456ghi789
eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf
one two three four five six seven eight nine ten eleven twelve
montag dienstag mittwoch donnerstag freitag samstag sonntag
january february march april may june july august september october november december
januar februar märz april mai juni juli august september oktober november dezember
"""


def known_parts(password: str, names: Iterable[str]) -> FieldCode | None:
    """Tell why a password that is mainly known words and phrases, however written and joined, says too little.

    Its time grows with the length of the password and the number of words, not faster.

    Args:
        password: in NFKC.
        names: of portal, company and person, parts of the addresses; of one word or several.

    Returns:
        None where enough is left beside what is known.
    """
    own = _spellings(names)
    reasons: tuple[tuple[FieldCode, Sequence[str], str], ...] = (
        (FieldCode.PASSWORD_TOO_PERSONAL, own, ""),
        (FieldCode.PASSWORD_TOO_REGULAR, (), _run_together(_PATTERNS)),
        (FieldCode.PASSWORD_TOO_COMMON, _longest_first({*own, *_common_words()}), _run_together(_PHRASES + _PATTERNS)),
    )
    readings = [_tokens(reading) for reading in (password, password.translate(LEET))]
    letters = _letters(readings[0])
    marks = len(set("".join(readings[0])) - set(letters))
    for code, words, phrases in reasons:
        if any(_says_little(tokens, words, phrases) for tokens in readings):
            return code
        # Digits and pictures between letters separate as blanks do; which ones they are counts a little.
        if _says_little([letters], words, phrases, marks):
            return code
    return None


def _says_little(tokens: Sequence[str], words: Sequence[str], phrases: str, marks: int = 0) -> bool:
    """Tell whether known words were found and little is left beside them.

    Args:
        tokens: of the password.
        words: to take out, the longest first.
        phrases: to take out in part or whole, run together, a line each.
        marks: different signs that were left off the tokens.
    """
    short = {word for word in words if len(word) < _MIN_WORD}
    text = "".join(token for token in tokens if token not in short)
    left = _without_words(_without_phrases(text, phrases), words)
    if left == "".join(tokens):
        return False
    rest = _without_words(left, _fillers()).replace(" ", "")
    # Digits beside a name are mostly a year or a date: two count as one sign.
    weight = len(rest) - sum(sign.isdigit() for sign in rest) / 2 + marks / 2
    return weight < _MIN_REST or rest.isdigit() or len(set(rest)) + marks < _MIN_DISTINCT


def _letters(tokens: Sequence[str]) -> str:
    return "".join(sign for sign in "".join(tokens) if sign.isalpha())


def _without_words(text: str, words: Sequence[str]) -> str:
    """Return a text with gaps in place of the words, the longest first; what stood around a gap never joins."""
    for word in words:
        if len(word) >= _MIN_WORD:
            text = text.replace(word, " ")
    return text


def _without_phrases(text: str, phrases: str) -> str:
    kept: list[str] = []
    place = 0
    while place < len(text):
        end = place + _MIN_RUN
        if end > len(text) or text[place:end] not in phrases:
            kept.append(text[place])
            place += 1
            continue
        while end < len(text) and text[place : end + 1] in phrases:
            end += 1
        kept.append(" ")
        place = end
    return "".join(kept)


def _spellings(names: Iterable[str]) -> list[str]:
    """Return names run together and word by word, with umlauts spelled out and left off, the longest first."""
    found: set[str] = set()
    for name in names:
        for parts in (_tokens(name), _tokens(name, umlauts=False)):
            found |= {*parts, "".join(parts)}
    found |= {re.sub("strasse$", "str", word) for word in found}
    return _longest_first(found - {""})


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))


def _tokens(text: str, *, umlauts: bool = True) -> list[str]:
    """Return the words of a text without case and accents; what is no letter, digit or picture separates them.

    Args:
        text: any.
        umlauts: whether ä, ö and ü become ae, oe and ue; otherwise they lose their dots.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    spelled = unicodedata.normalize("NFKD", plain.translate(_UMLAUTS) if umlauts else plain)
    signs = [" " if _separates(sign) else sign for sign in spelled if not _is_mark_or_invisible(sign)]
    return unicodedata.normalize("NFC", "".join(signs)).split()


def _separates(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category[0] not in "LN" and category != "So"


def _is_mark_or_invisible(sign: str) -> bool:
    return unicodedata.category(sign) in {"Mn", "Mc", "Me", "Cf"}


@cache
def _run_together(lines: str) -> str:
    return "\n".join("".join(_tokens(line)) for line in lines.strip().splitlines())


@cache
def _common_words() -> tuple[str, ...]:
    return tuple(_spellings((*_GENERIC_WORDS.split(), *GERMAN_WORDS.split())))


@cache
def _fillers() -> tuple[str, ...]:
    return tuple(_spellings(_FILLERS.split()))
