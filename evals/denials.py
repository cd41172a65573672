"""A sentence in, the same sentence denied, or with a word turned into its opposite, out: by rule.

A true sentence so altered is false, and nothing else about it changes: what the support check must never miss. What a
rule makes may read badly. The opposites are chosen apart from those that the check itself knows
(`assistant/checks/opposites.json`), though common ones are in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from assistant.checks.reading import PASTS
from evals.words import load_words
from ingest.minilm import open_vocabulary

OPPOSITE = (  # of what denies
    (r"\b(is|are|was|were) no longer\b", r"\1 still"),
    (r"\bno longer\b", "still"),
    (r"\b(has|have|had) yet to be\b", r"\1 already been"),
    (r"\bcan(?:not|['’]t)\b", "can"),
    (r"\bwon['’]t\b", "will"),
    (r"\b(?:declined|refused) to\b", "agreed to"),
    (r"\b(?:declines|refuses) to\b", "agrees to"),
    (r"\b(?:declining|refusing) to\b", "agreeing to"),
    (r"\bfailed to\b", "managed to"),
    (r"\bunable to\b", "able to"),
    (r"\bunwilling to\b", "willing to"),
    (r"\bunlikely to\b", "likely to"),
    (r"\bneither\b(.*?)\bnor\b", r"both\1and"),
    (r"\b(?:no one(?! (?:country|nation|state|party|side))|nobody)\b", "someone"),
    (r"\bnothing\b", "something"),
    (r"\bnone\b", "some"),
    (r"\bnever (?=\w)", ""),
    (r"\bwithout (?=\w+ing\b)", "while "),
    (r"\bwithout\b", "with"),
    (r"\bno (?!more|less|fewer|later|sooner|matter|doubt)(?=[a-z])", "some "),
    (r"(?<!, )\bnot (?!only|just|merely|least|all\b|every|one\b)", ""),
)
ONLY_DENIED = (
    (re.compile(r"\b(any)(?=\b|thing|one)"), "some"),
    (re.compile(r"\b(?:yet|ever)(?= \w+(?:ed|en|n)\b)|(?<= )yet(?=\W*$)"), ""),
)
TAKEN_OUT: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\b(did|does|do)(?: not|n['’]t) (?:yet )?(\w+)\b"), lambda match: _told(*match.groups())),
    (
        re.compile(
            r"\b(is|are|was|were|will|would|can|could|must|should|has|have|had)"
            r"(?: not\b|n['’]t\b)(?! only| just| merely| least)"
        ),
        r"\1",
    ),
    *((re.compile(pattern, re.IGNORECASE), other) for pattern, other in OPPOSITE),
)
VERBS = load_words("denials")
TOLD = {base: past for past, base in PASTS.items()}
NO_SUBJECT = frozenset(VERBS["no subject"])  # words after which `-ed` is no verb that a sentence is built on
NO_VERB = frozenset(VERBS["no verb"])
PLAIN = re.compile(r"\b(is|are|was|were|will|would|can|must|should)\b(?! not)")
HAVING = re.compile(
    r"\b(has|have|had) ((?:\w+ly |also |already |always |long |since |just |now |both |once |so far )*)(\w+)"
)
PARTICIPLE = re.compile(r"been|\w+ed|\w+en|\w{1,6}wn|" + "|".join([*PASTS, *VERBS["participles"]]))
SUBORDINATE = re.compile(
    r"\b(?:whether|if|unless|how|what|whatever|when|where|why|who|whose|which|before|after|until|since|while|as|because"
    r"|although|though|once)\b",
    re.IGNORECASE,
)
HAVE_NOT = {"has": "does not have", "have": "do not have", "had": "did not have"}
PAST = re.compile(rf"(\w+) ({'|'.join(PASTS)}|[a-z]+ed)\b")
NOW = re.compile(rf"(?<=\w )({'|'.join(VERBS['present'])})\b")
OPPOSITES: dict[str, str] = {}
for one, other in (pair.split("/") for pair in VERBS["opposites"]):
    OPPOSITES.setdefault(one, other)
    OPPOSITES.setdefault(other, one)
TURNED = re.compile(rf"(?<![\w-])(?<!\bno )(?:{'|'.join(sorted(OPPOSITES, key=len, reverse=True))})(?![\w-])", re.I)
SHORT = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")  # a verb that doubles its last letter: `stop`, `plan`


def denied(sentence: str) -> str | None:
    """The sentence with a denial taken out or, where it has none, one put in; None where no rule fits."""
    found = _taken_out(sentence) or _put_in(sentence)
    said = " ".join(found.split()) if found else ""
    return said[0].upper() + said[1:] if said else None


def turned(sentence: str) -> str | None:
    """The sentence with its first word that has an opposite turned into that; None where it has none."""
    match = TURNED.search(sentence)
    if not match:
        return None
    word = match.group()
    other = OPPOSITES[word.lower()]
    return _with(sentence, match, other.capitalize() if word[0].isupper() else other)


def _taken_out(sentence: str) -> str | None:
    """The first rule that fits is followed, once; words that only a denial goes with go with it."""
    for pattern, other in TAKEN_OUT:
        found, times = pattern.subn(other, sentence, count=1)
        if times:
            for denier, said in ONLY_DENIED:
                found = denier.sub(said, found)
            return found
    return None


def _put_in(sentence: str) -> str | None:
    """What comes first is denied, but for what a subordinate clause says: it is more often what the sentence is built
    on. `Whether it did not join was open` denies nothing."""
    found: list[tuple[re.Match[str], str]] = []
    if match := HAVING.search(sentence):
        auxiliary, between, word = match.groups()
        have_not = f"{auxiliary} not" if PARTICIPLE.fullmatch(word) else HAVE_NOT[auxiliary]
        found.append((match, f"{have_not} {between}{word}"))
    if match := PLAIN.search(sentence):
        found.append((match, f"{match.group()} not"))
    for match in PAST.finditer(sentence):
        before, verb = match.groups()
        if before.lower() not in NO_SUBJECT and verb not in NO_VERB:
            found.append((match, f"{before} did not {PASTS.get(verb) or _base(verb)}"))
    if match := NOW.search(sentence):
        found.append((match, f"does not {_without_s(match.group())}"))
    for match, said in sorted(found, key=lambda item: item[0].start()):
        clause = re.split(r"[,;:]", sentence[: match.start() + 1])[-1]
        if not SUBORDINATE.search(clause):
            return _with(sentence, match, said)
    return None


def _with(sentence: str, match: re.Match[str], said: str) -> str:
    return f"{sentence[: match.start()]}{said}{sentence[match.end() :]}"


def _told(auxiliary: str, verb: str) -> str:
    """`signed` of `did not sign`, `signs` of `does not sign`, `sign` of `do not sign`."""
    if auxiliary == "do":
        return verb
    if auxiliary == "does":
        return "has" if verb == "have" else f"{verb[:-1]}ies" if _ends_in_y(verb) else f"{verb}{_s(verb)}"
    if verb == "have":
        return "had"
    if verb in TOLD:
        return TOLD[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    if _ends_in_y(verb):
        return f"{verb[:-1]}ied"
    return f"{verb}{verb[-1]}ed" if SHORT.fullmatch(verb) else f"{verb}ed"


def _ends_in_y(verb: str) -> bool:
    return verb.endswith("y") and verb[-2:-1] not in "aeiou"


def _s(verb: str) -> str:
    return "es" if verb.endswith(("s", "x", "z", "ch", "sh", "go", "do")) else "s"


def _without_s(verb: str) -> str:
    """`rely` of `relies`, `go` of `goes`, `want` of `wants`; `lie` of `lies`, which is spelt otherwise."""
    if verb.endswith("ies") and len(verb) > len("lies"):
        return f"{verb[:-3]}y"
    return "go" if verb == "goes" else verb.removesuffix("s")


def _base(past: str) -> str:
    """The verb of a past in `-ed`: of what spelling allows, the first that the vocabulary has."""
    stem = past.removesuffix("ed")
    longer = f"{stem}e"
    spelt = [longer, stem] if SHORT.fullmatch(stem) else [stem, longer]
    if stem.endswith("i"):
        spelt = [f"{stem[:-1]}y"]
    elif stem[-2:-1] == stem[-1:] and not stem.endswith(("ss", "ll", "zz", "ff")):
        spelt = [stem[:-1], stem]
    silent = re.search(r"[cvuz]$|[^aeioulr]l$", stem)
    return next((verb for verb in spelt if verb in _vocabulary()), longer if silent else spelt[0])


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    return frozenset(open_vocabulary()[0].get_vocab())
