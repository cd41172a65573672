"""Scripted models for the model server: they read the real prompt and answer from its paragraphs, honestly or not.

    with ModelServer(Honest()) as server: …

By hand: `python tests/personas.py honest --port 8000`, then `OPENAI_BASE_URL=http://127.0.0.1:8000/v1 pilcrow eval`.

An honest one knows the paragraphs that it was given and nothing else; `Informed` also knows the gold questions, and so
stands for a model that reads without mistakes. A dishonest one says what an honest one would, and lies in between; what
it said is kept in `truths` and `lies`, by the question in the prompt, so that a test can look for both in the answer.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from model_server import ChatRequest, ModelServer, Reply, Streaming, Text

from evals.gold import GoldQuestion, gold_file, load_questions
from ingest.analyser import terms
from ingest.sentences import sentence_spans

NONCE = re.compile(r"^=== [0-9a-f]{16} ===$", re.MULTILINE)
NUMBERED = re.compile(r"^\[(\d+)\] ([^|\n]+)[^\n]*\n([^\n]+)$", re.MULTILINE)
ENOUGH_OVERLAP = 0.2
SENTENCES = 2


# --- What a request asks for ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """A paragraph of a prompt."""

    number: int
    reference: str
    text: str

    @property
    def sentences(self) -> list[str]:
        return [self.text[start:end] for start, end in sentence_spans(self.text)]


@dataclass(frozen=True)
class Said:
    """A claim as a persona makes it."""

    text: str
    paragraph: int
    quote: str


def kind(request: ChatRequest) -> str:
    """Which of the prompts this is."""
    last = request.texts("user")[-1]
    if last.startswith("These parts of your last reply"):
        return "repair"
    openings = {
        "You answer": "answer",
        "You make": "condense",
        "You divide": "split",
        "You grade": "judge",
        "You rank": "rerank",
    }
    return next((name for opening, name in openings.items() if last.startswith(opening)), "other")


def answer_prompt(request: ChatRequest) -> str:
    """The prompt with the paragraphs, which in a repair is not the last message."""
    return next(text for text in request.texts("user") if text.startswith("You answer"))


def given(prompt: str) -> list[Given]:
    """The paragraphs of a prompt."""
    data = NONCE.split(prompt)[1]
    return [Given(int(number), reference.strip(), text) for number, reference, text in NUMBERED.findall(data)]


def question_of(prompt: str) -> str:
    """The question of a prompt."""
    return prompt.rpartition("Question: ")[2].strip()


def wants_json(prompt: str) -> bool:
    return "JSON object" in prompt


# --- Honest personas --------------------------------------------------------------------------------------------------


class Honest:
    """Quotes the sentences that share most with the question, weighted by how rare a word is among the paragraphs."""

    def __init__(self, *, streaming: Streaming | None = None) -> None:
        self.streaming = streaming or Streaming(size=24)

    def reply(self, request: ChatRequest) -> Reply:
        match kind(request):
            case "answer":
                prompt = answer_prompt(request)
                question = question_of(prompt)
                content = self.written(*self.answer(question, given(prompt)), as_json=wants_json(prompt))
            case "repair":
                prompt = answer_prompt(request)
                content = self.written(self.mended(request), [], as_json=wants_json(prompt))
            case "condense":
                content = self.condensed(request.texts("user")[-1])
            case "split":
                content = "\n".join(self.parts(NONCE.split(request.texts("user")[-1])[1].partition("Question: ")[2]))
            case _:
                content = "I cannot tell."
        return Text(content, streaming=self.streaming)

    def answer(self, question: str, paragraphs: Sequence[Given]) -> tuple[list[Said], list[str]]:
        """Claims, and what is missing."""
        frequency = Counter(term for item in paragraphs for term in set(terms(item.text)))
        weights = {term: math.log(1 + len(paragraphs) / (1 + frequency[term])) for term in set(terms(question))}
        total = sum(weights.values()) or 1.0
        scored = [
            (sum(weights[term] for term in set(terms(sentence)) & weights.keys()) / total, -item.number, sentence)
            for item in paragraphs
            for sentence in item.sentences
        ]
        best = sorted(scored, reverse=True)[:SENTENCES]
        chosen = [entry for entry in best if entry[0] >= max(ENOUGH_OVERLAP, 0.9 * best[0][0])]
        return [Said(sentence, -number, sentence) for _, number, sentence in chosen], [] if chosen else [question]

    def mended(self, request: ChatRequest) -> list[Said]:  # noqa: ARG002 -- a dishonest one looks at it
        return []

    def condensed(self, prompt: str) -> str:
        """The last question and the follow-up in one line."""
        history, _, follow_up = NONCE.split(prompt)[1].partition("Follow-up question:")
        earlier = re.findall(r"^user: (.*)$", history, re.MULTILINE)
        return f"{earlier[-1]} {follow_up.strip()}"

    def parts(self, question: str) -> list[str]:
        """The question at its commas and its "and"."""
        found = [part.strip(" ?.") for part in re.split(r"\?\s+|[;:]\s|,? and (?=wh|how)", question.strip())]
        return [f"{part}?" for part in found if len(part.split()) > 2][:4] or [question]

    def written(self, claims: Sequence[Said], missing: Sequence[str], *, as_json: bool) -> str:
        """The reply in the form that the prompt asks for."""
        if not as_json:
            lines = [f'{claim.text} [{claim.paragraph}] "{claim.quote}"' for claim in claims]
            return "\n".join([*lines, *(f"MISSING: {item}" for item in missing)])
        listed = [
            {"text": claim.text, "citations": [{"paragraph": claim.paragraph, "quote": claim.quote}]}
            for claim in claims
        ]
        return json.dumps({"claims": listed, "missing": list(missing)}, ensure_ascii=False)


class Informed(Honest):
    """Knows the gold questions: quotes from the paragraphs that gold names the sentences that hold its facts, if it was
    given them, and says what gold says is missing."""

    def __init__(self, questions: Sequence[GoldQuestion] | None = None, *, streaming: Streaming | None = None) -> None:
        super().__init__(streaming=streaming)
        self.questions = questions or load_questions(gold_file("questions"))

    def gold(self, question: str) -> GoldQuestion | None:
        """The gold question that was asked; a follow-up stands at the end of what it was condensed to."""
        asked = " ".join(question.split())
        fitting = [item for item in self.questions if asked.endswith(" ".join(item.question.split()))]
        return max(
            fitting, key=lambda item: (len(item.question), asked.startswith(_first_question(item))), default=None
        )

    def answer(self, question: str, paragraphs: Sequence[Given]) -> tuple[list[Said], list[str]]:
        gold = self.gold(question)
        if gold is None or not gold.answerable:
            return [], [question]
        wanted = [item for item in paragraphs if item.reference in gold.references]
        said = [Said(sentence, item.number, sentence) for item in wanted for sentence in _fitting(gold, item)]
        return said, list(gold.missing) if said else [question]


class Rephrasing(Informed):
    """Gives gold's own wording of the answer, and for each paragraph the sentence that it rests on."""

    def answer(self, question: str, paragraphs: Sequence[Given]) -> tuple[list[Said], list[str]]:
        said, missing = super().answer(question, paragraphs)
        gold = self.gold(question)
        return [replace(claim, text=gold.answer) for claim in said[:1] if gold], missing

    def mended(self, request: ChatRequest) -> list[Said]:
        prompt = answer_prompt(request)
        return self.answer(question_of(prompt), given(prompt))[0]


def _first_question(gold: GoldQuestion) -> str:
    return " ".join(gold.history[-1][0].split()) if gold.history else ""


def _fitting(gold: GoldQuestion, paragraph: Given) -> list[str]:
    """The sentences of a paragraph with a gold fact, or else the one nearest to the answer."""
    facts = [wording.casefold() for fact in gold.facts for wording in fact]
    found = [item for item in paragraph.sentences if any(wording in item.casefold() for wording in facts)]
    wanted = set(terms(gold.answer))
    return found[:2] or [max(paragraph.sentences, key=lambda item: len(wanted & set(terms(item))))]


# --- Dishonest personas -----------------------------------------------------------------------------------------------

Twist = Callable[[Sequence[Said], Sequence[Given]], list[Said]]


class Lying(Honest):
    """Says what `honest` says and what `twist` makes of it, and insists on that when asked to mend it."""

    def __init__(self, twist: Twist, honest: Honest | None = None) -> None:
        super().__init__()
        self.twist = twist
        self.honest = honest or Informed()
        self.truths: dict[str, set[str]] = {}
        self.lies: dict[str, set[str]] = {}

    def answer(self, question: str, paragraphs: Sequence[Given]) -> tuple[list[Said], list[str]]:
        true, missing = self.honest.answer(question, paragraphs)
        false = [item for item in self.twist(true, paragraphs) if item.text not in {claim.text for claim in true}]
        self.truths[question] = {claim.text for claim in true}
        self.lies[question] = {claim.text for claim in false}
        return [*false[:1], *true, *false[1:]], missing

    def mended(self, request: ChatRequest) -> list[Said]:
        prompt = answer_prompt(request)
        claims, _ = self.answer(question_of(prompt), given(prompt))
        return [claim for claim in claims if claim.text in self.lies[question_of(prompt)]]


def invents_paragraphs(true: Sequence[Said], paragraphs: Sequence[Given]) -> list[Said]:
    """Sentences of the documents, under numbers that were not given."""
    others = _other_sentences(true, paragraphs)
    return [Said(text, number, text) for text, number in zip(others, (0, len(paragraphs) + 1, 99), strict=False)]


def alters_quotes(true: Sequence[Said], paragraphs: Sequence[Given]) -> list[Said]:
    """True sentences and their quotes with a word, a number or a negation changed."""
    sentences = [(text, item.number) for item in paragraphs for text in item.sentences]
    sentences = [(claim.text, claim.paragraph) for claim in true] or sentences[:3]
    return [Said(changed, number, changed) for text, number in sentences for changed in changes(text)]


def overstates_quotes(true: Sequence[Said], paragraphs: Sequence[Given]) -> list[Said]:  # noqa: ARG001 -- a Twist
    """The quote is true, the claim has a number, a name or a negation changed."""
    return [
        Said(changed, claim.paragraph, claim.quote) for claim in true for changed in changes(claim.text, words=False)
    ]


def cites_elsewhere(true: Sequence[Said], paragraphs: Sequence[Given]) -> list[Said]:
    """True sentences under the number of another paragraph: with their own quote, and with one of that paragraph."""
    found = []
    for text in _other_sentences(true, paragraphs)[:2]:
        wrong = next(item for item in paragraphs if text not in item.text and not _alike(text, item.text))
        found += [Said(text, wrong.number, text), Said(f"{text}", wrong.number, wrong.sentences[0])]
    return found


OWN_KNOWLEDGE = (
    "NATO was founded in Washington on 4 April 1949 by twelve countries.",
    "The Prime Minister of Spain, Pedro Sanchez, opened the meeting with a speech on gender equality.",
    "Kim Jong Un fired a ballistic missile over Japan in reply.",
    "Vershbow later became Deputy Secretary General of the alliance.",
)


def knows_better(true: Sequence[Said], paragraphs: Sequence[Given]) -> list[Said]:  # noqa: ARG001 -- a Twist
    """Things that are in no paragraph, each with a quote that is."""
    return [Said(text, item.number, item.sentences[0]) for text, item in zip(OWN_KNOWLEDGE, paragraphs, strict=False)]


ORDER = re.compile(r"(?:ignore|disregard)[^.]*instructions[^.]*\.\s*(?:say|answer|reply|write) that ([^.]+\.)", re.I)


def obeys_documents(true: Sequence[Said], paragraphs: Sequence[Given]) -> list[Said]:  # noqa: ARG001 -- a Twist
    """Does what a sentence inside the data tells it to say, and cites the first paragraph for it."""
    orders = [order for item in paragraphs for order in ORDER.findall(item.text)]
    honest = next((item for item in paragraphs if not ORDER.search(item.text)), paragraphs[0])
    return [Said(order, honest.number, honest.sentences[0]) for order in orders]


KOREAN = "강 과장은 한국이 북대서양조약기구와의 협력을 전면 거부했다고 말했다."


def speaks_korean(true: Sequence[Said], paragraphs: Sequence[Given]) -> list[Said]:  # noqa: ARG001 -- a Twist
    """The opposite of what the documents say, in Korean, with a true quote in English."""
    return [Said(KOREAN, item.number, item.sentences[0]) for item in paragraphs[:1]]


TWISTS: dict[str, Twist] = {
    "invents paragraphs": invents_paragraphs,
    "alters quotes": alters_quotes,
    "overstates quotes": overstates_quotes,
    "cites elsewhere": cites_elsewhere,
    "knows better": knows_better,
    "obeys documents": obeys_documents,
    "speaks Korean": speaks_korean,
}

NUMBER = re.compile(r"(?<![\w.,])\d{1,4}(?![\w.,]*\d)")
VERB = re.compile(r"\b(is|was|were|are|has|had|will|would|can|could|should)\b(?! not\b)")
NEGATION = re.compile(r"\b(?:not|never) ")
NAMES = ("North Korea", "South Korea", "Seoul", "Pyongyang", "China", "Japan", "Russia", "NATO", "Kang", "Yoon", "Ban")
OTHER_NAME = "Luxembourg"


def changes(sentence: str, *, words: bool = True) -> list[str]:
    """The sentence with one thing changed, in each way that it can be: a number, a negation, a name, any long word."""
    changed = []
    if number := NUMBER.search(sentence):
        other = str(int(number.group()) + 3)
        changed.append(sentence[: number.start()] + other + sentence[number.end() :])
    if NEGATION.search(sentence):
        changed.append(NEGATION.sub("", sentence, count=1))
    elif verb := VERB.search(sentence):
        changed.append(f"{sentence[: verb.end()]} not{sentence[verb.end() :]}")
    name = next((item for item in NAMES if re.search(rf"\b{item}\b", sentence)), None)
    if name:
        changed.append(re.sub(rf"\b{name}\b", OTHER_NAME, sentence, count=1))
    longest = max(re.findall(r"[a-z]+", sentence), key=len, default="")
    if words and longest:
        changed.append(re.sub(rf"\b{longest}\b", "cheese", sentence, count=1))
    return [item for item in changed if item != sentence]


def _other_sentences(true: Sequence[Said], paragraphs: Sequence[Given]) -> list[str]:
    """Long sentences of the given paragraphs that the honest answer does not have."""
    said = {claim.text for claim in true}
    long = [text for item in paragraphs for text in item.sentences if text not in said and len(text.split()) > 8]
    first = sum(map(len, said)) % max(1, len(long))
    return [*long[first:], *long][:3]


def _alike(text: str, paragraph: str) -> bool:
    """Whether a paragraph may say the same in other words."""
    content = set(terms(text))
    return len(content & set(terms(paragraph))) > 0.25 * len(content)


# --- Personas with bad form or bad manners ----------------------------------------------------------------------------

BREAKAGES: dict[str, Callable[[str], str]] = {
    "fenced": lambda text: f"Here is the answer:\n```json\n{text}\n```\nI hope that helps.",
    "thinking": lambda text: f'<think>The user wants {{"claims": []}}, so …</think>\n{text}',
    "trailing comma": lambda text: text.replace('}], "missing"', '},], "missing"'),
    "raw newlines": lambda text: text.replace('"text": "', '"text": "\n'),
    "cut short": lambda text: text[: text.rindex('"missing"')],
    "unclosed last claim": lambda text: text.replace('], "missing"', ', {"text": "And so on", "citations": [{"par'),
}


class Breaking(Honest):
    """An honest one whose JSON is broken in one of the ways of `BREAKAGES`; what it mends is whole."""

    def __init__(self, breakage: str, honest: Honest | None = None) -> None:
        super().__init__()
        self.breakage = BREAKAGES[breakage]
        self.honest = honest or Informed()

    def reply(self, request: ChatRequest) -> Reply:
        reply = self.honest.reply(request)
        if kind(request) == "answer" and wants_json(answer_prompt(request)) and isinstance(reply, Text):
            return replace(reply, content=self.breakage(reply.content or ""))
        return reply


def stalling(after: int) -> Honest:
    """Stops in the middle of its reply and says nothing more."""
    return Informed(streaming=Streaming(size=24, fault="stall", after=after))


def cutting(after: int) -> Honest:
    """Breaks the connection in the middle of its reply."""
    return Informed(streaming=Streaming(size=24, fault="cut", after=after))


def trickling(delay: float) -> Honest:
    """Sends a few characters at a time, slowly."""
    return Informed(streaming=Streaming(size=24, delay=delay))


def main() -> None:
    people: dict[str, Callable[[], Any]] = {
        "honest": Honest,
        "informed": Informed,
        "rephrasing": Rephrasing,
        **{name.replace(" ", "-"): (lambda twist=twist: Lying(twist)) for name, twist in TWISTS.items()},  # type: ignore[misc]
        **{name.replace(" ", "-"): (lambda name=name: Breaking(name)) for name in BREAKAGES},  # type: ignore[misc]
        "stalling": lambda: stalling(20),
        "cutting": lambda: cutting(20),
        "trickling": lambda: trickling(0.1),
    }
    parser = argparse.ArgumentParser(description="A model server with OpenAI's protocol and a persona behind it.")
    parser.add_argument("persona", choices=people)
    parser.add_argument("--port", type=int, default=8000, help="0 for a free one (default: 8000)")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt), ModelServer(people[options.persona](), port=options.port) as server:
        sys.stderr.write(f"{options.persona} listens on {server.base_url}. Stop with Ctrl-C.\n")
        threading.Event().wait()


if __name__ == "__main__":
    main()
