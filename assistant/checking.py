"""A claim that a model wrote and the paragraphs it was given in, checked sentences out: each bears its citations, or
says why not. No quote passes here that `assistant.citations.locate` does not find."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rapidfuzz import fuzz

from assistant.budget import Allowance
from assistant.checker import Checker
from assistant.citations import STRAY_MARK, locate
from assistant.support import Surroundings, check_paragraph, check_support, context_of
from assistant.types import BORNE_OUT, WORST_FIRST, Passage, Usage, Verdict
from assistant.written import WrittenCitation, WrittenClaim
from ingest.analyser import terms, words
from ingest.sentences import sentence_spans

DENIAL = re.compile(r"not|no|never|neither|nor|none|nobody|nothing|without|cannot|\w+n['’]t")
COPIED = 80.0
JAPANESE = ("HIRAGANA", "KATAKANA")


Check = Callable[..., Verdict]  # of a claim, a paragraph and its document, and by `quote` the part that is cited


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a passage's paragraph, by their offsets."""

    passage: Passage
    start: int
    end: int

    @property
    def quote(self) -> str:
        """The paragraph's own text between the offsets."""
        return self.passage.paragraph.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """One sentence, the spans that it rests on and whether they bear it out; `problems` are citations that failed.

    One that is not `mendable` says nothing that could be checked, a bare "No." for one.
    """

    text: str
    spans: tuple[Span, ...]
    verdict: Verdict
    problems: tuple[str, ...] = ()
    mendable: bool = True

    @property
    def holds(self) -> bool:
        """Whether it may be shown: it cites something, and what it cites does not speak against it."""
        return bool(self.spans) and self.verdict.label in BORNE_OUT

    @property
    def why_not(self) -> str:
        """In one line why it cannot be shown as supported, or the citations that it had to do without."""
        if self.spans and self.verdict.label != "supported":
            how = "only in part" if self.holds else "not"
            reasons = "; ".join(self.verdict.reasons) or self.verdict.label
            cited = ", ".join(dict.fromkeys(span.passage.reference for span in self.spans))
            return "; ".join((f"{self.text} ({how} borne out by {cited}: {reasons})", *self.problems))
        return "; ".join(self.problems)


def check_claim(
    claim: WrittenClaim,
    passages: Sequence[Passage],
    *,
    checker: Checker | None = None,
    allowance: Allowance | None = None,
) -> list[CheckedClaim]:
    """Each sentence of a written claim against all that the claim cites, so that no second sentence rides along.

    `passages` are numbered from 1 in the order in which the model was given them. Without a `checker`, the words alone
    decide. A checker that asks a model does so out of the question's `allowance`.
    """
    check: Check = partial(checker.check, allowance=allowance) if checker else check_paragraph
    known = Surroundings() if checker is None else checker.known if not checker.layers else None
    text = " ".join(STRAY_MARK.sub("", claim.text).split())
    checked = [
        _check_sentence(text[start:end], claim.citations, passages=passages, check=check, known=known)
        for start, end in sentence_spans(text)
    ]
    if checked:
        return checked
    return [CheckedClaim("", (), Verdict("unsupported"), (f"A claim has no words: {claim.text!r}",), mendable=False)]


def _check_sentence(
    text: str,
    citations: Sequence[WrittenCitation],
    *,
    passages: Sequence[Passage],
    check: Check,
    known: Surroundings | None,
) -> CheckedClaim:
    if not terms(text):
        problem = f"It says nothing that can be checked: {text}"
        return CheckedClaim(text, (), Verdict("unsupported", (problem,)), (problem,), mendable=False)
    spans: list[Span] = []
    problems: list[str] = []
    for citation in citations:
        found = _span(text, citation, passages=passages)
        if isinstance(found, Span):
            spans.append(found)
        else:
            problems.append(f"{found}: {text}")
    if not citations:
        problems.append(f"No quote is given for: {text}")
    verdict = _verdict(text, spans, check=check, known=known) if spans else Verdict("unsupported", tuple(problems))
    return CheckedClaim(text, tuple(spans), verdict, tuple(problems))


def _span(text: str, citation: WrittenCitation, *, passages: Sequence[Passage]) -> Span | str:
    """The quote's place in its paragraph, or why it has none."""
    number, quote = citation.paragraph, citation.quote
    if not 1 <= number <= len(passages):
        return f"There is no paragraph {number}"
    passage = passages[number - 1]
    if quote is None:
        return Span(passage, *_nearest_sentence(text, passage.paragraph.text))
    span = locate(quote, passage.paragraph.text)
    if span is not None:
        return Span(passage, *span)
    elsewhere = [
        str(other) for other, item in enumerate(passages, start=1) if locate(quote, item.paragraph.text) is not None
    ]
    hint = f" (it is in paragraph {', '.join(elsewhere[:3])})" if elsewhere else ""
    return f'"{quote}" is not in paragraph {number}{hint}'


def _nearest_sentence(text: str, paragraph: str) -> tuple[int, int]:
    """The sentence that shares most words with a claim whose model named the paragraph alone; the first of equals."""
    said = set(terms(text))
    return max(
        sentence_spans(paragraph),
        key=lambda span: (len(said & set(terms(paragraph[span[0] : span[1]]))), -span[0]),
    )


def _verdict(text: str, spans: Sequence[Span], *, check: Check, known: Surroundings | None) -> Verdict:
    """The sentence against all that it cites: one paragraph bears it out and none speaks against it, or all together
    do where each has a part of it."""
    paragraphs = " ".join(dict.fromkeys(span.passage.paragraph.text for span in spans))
    if _script(text) not in ("", _script(paragraphs)):
        reason = "it is not in the language of the paragraph, so it cannot be checked: write it in that language"
        return Verdict("unsupported", (reason,))
    if turned := _turned_copy(text, paragraphs):
        return Verdict("contradicted", (turned,))
    together = {span.passage.reference: span.passage for span in spans}
    verdicts = [
        check(
            text,
            passage.paragraph,
            passage.document,
            quote=" ".join(span.quote for span in spans if span.passage.reference == passage.reference),
        )
        for passage in together.values()
    ]
    return replace(_of_all(text, spans, verdicts, known), usage=sum((item.usage for item in verdicts), start=Usage()))


def _of_all(text: str, spans: Sequence[Span], verdicts: Sequence[Verdict], known: Surroundings | None) -> Verdict:
    """One of the verdicts on each paragraph cited, or one on what is quoted of all of them together; not that where
    nothing is `known`, since further layers have their say, which it would go around."""
    best = max(verdicts, key=lambda verdict: (WORST_FIRST.index(verdict.label), verdict.score))
    against = [verdict for verdict in verdicts if verdict.label == "contradicted"]
    if against or best.label == "supported" or any(verdict.label not in BORNE_OUT for verdict in verdicts):
        return against[0] if against else best
    if known is None or len(verdicts) == 1:
        return best
    passages = tuple({span.passage.reference: span.passage for span in spans}.values())
    dates = {passage.document.date for passage in passages}
    return check_support(
        text,
        " ".join(span.quote for span in spans),
        " ".join(dict.fromkeys(passage.paragraph.text for passage in passages)),
        context=" ".join(context_of(passage.paragraph, passage.document) for passage in passages),
        date=dates.pop() if len(dates) == 1 else None,
        place="what is cited",
        surroundings=known,
    )


def _turned_copy(text: str, paragraphs: str) -> str:
    """Why a sentence that copies one of the paragraphs says its opposite, '' where it does not: one "not" more or less.

    Looked at here, and not left to the support check, since it is a quote that was altered.
    """
    said = words(text)
    sentences = [paragraphs[start:end] for start, end in sentence_spans(paragraphs)]
    ratios = [(fuzz.ratio(said, words(sentence)), sentence) for sentence in sentences]
    likeness, copied = max(ratios, default=(0.0, ""))
    if likeness < COPIED or _denials(said) == _denials(words(copied)):
        return ""
    return f"it copies a sentence of the paragraph, but for a negation: “{copied}”"


def _denials(said: Sequence[str]) -> int:
    """How many words deny something; `did not` and `didn't` are alike."""
    return sum(DENIAL.fullmatch(word) is not None for word in said)


def _script(text: str) -> str:
    """The script that most letters of a text are in: LATIN, HANGUL, CYRILLIC, … (Unicode's names begin with it)."""
    scripts: dict[str, int] = {}
    for character in text:
        if character.isalpha():
            script = "LATIN" if character.isascii() else unicodedata.name(character, "").partition(" ")[0]
            script = "CJK" if script in JAPANESE else script
            scripts[script] = scripts.get(script, 0) + 1
    return max(scripts, key=lambda script: scripts[script], default="")
