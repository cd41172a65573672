"""Questions about paragraphs in, texts that answer them and texts that do not out: the model learns to tell them apart.

The questions of `gold/asked` were written by a language model under a brief, half of them such that their paragraph
leaves them open; those of SQuAD 2.0 (Rajpurkar et al. 2018) by people. A question is read as a claim is: with the
sentences of its paragraph that speak of its matter, and with single sentences.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.editions import Edition, editions, own_files, own_texts, read_rows, squad
from evals.gold import AskedQuestion, gold_file, load_asked
from ingest.canonical import canonical
from ingest.sentences import sentence_spans
from ingest.types import Document, Paragraph

KEPT_ASKED = ("q1", "q24")  # sets of questions that abstention is fitted on, and the model never is
UNTOUCHED_ASKED = ("q2",)  # sets that nothing is fitted on
OF_DOCUMENTS = ("q24",)  # sets on the two documents
LEARNED = ("Packet_switching", "French_and_Indian_War", "Yuan_dynasty", "Huguenot")  # articles of SQuAD's
NEAREST = 0.6  # how often the sentence read beside the one that answers is the nearest other one
ELSEWHERE = 0.3  # of the questions that are read with another paragraph too
LEFT_OPEN = 0.6  # of the questions left open that are read with a single sentence too
LIKE = 0.35  # of the words of two questions, from which on they are counterparts


@dataclass(frozen=True, slots=True)
class Put:
    """A question put to a paragraph of an edition, and the sentences of it that answer; none where it is left open."""

    edition: Edition
    paragraph: Paragraph
    question: str
    answers: tuple[str, ...]

    @property
    def document(self) -> Document:
        """What the paragraph is of."""
        return self.edition.documents[self.paragraph.document_id]

    def others(self) -> list[str]:
        """The sentences that do not answer, the nearest to the question first."""
        others = [sentence for sentence in sentences_of(self.paragraph) if sentence not in self.answers]
        near = self.edition.checker.known.near
        heard = near(self.question, others).heard() if near else []
        return [sentence for _, sentence in sorted(zip(heard, others, strict=True), key=lambda pair: -pair[0])]


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a text, whether it answers, and the pair that differs from it in one thing."""

    question: str
    text: str
    answers: bool
    origin: Pair | None = None


def asked_sets() -> list[str]:
    """The sets of questions in `gold/asked`, each a file."""
    files = gold_file("asked/q1").parent.glob("q*.jsonl")
    return sorted((path.stem for path in files), key=lambda name: int(name.removeprefix("q")))


def asked(name: str) -> Iterator[Put]:
    """The questions of a set."""
    items = load_asked(gold_file(f"asked/{name}"))
    references = {item.reference for item in items}
    if name in OF_DOCUMENTS:
        edition = editions(None)[0]
        paragraphs: Mapping[str, Paragraph] = edition.paragraphs([*references])
    else:
        edition, paragraphs = own_texts(references)
    for item in items:
        sentences = sentences_of(paragraphs[item.reference])
        answers = tuple(sentences[number - 1] for number in item.sentences)
        yield Put(edition, paragraphs[item.reference], item.question, answers)


def as_files(items: Iterable[AskedQuestion], folder: Path) -> None:
    """The paragraphs that the questions are about, a Markdown file each."""
    folder.mkdir()
    for number, text in enumerate(own_files({item.reference for item in items})):
        (folder / f"{number:04}.md").write_text(text, encoding="utf8")


def public_questions(public: Path, articles: Collection[str]) -> Iterator[Put]:
    """SQuAD's questions on these articles; what answers is the nearest of the sentences with the answer's words."""
    edition = squad(public)
    held = edition.by_text()
    rows = {row["id"]: row for row in read_rows(public / "squad2_paragraphs.jsonl") if row["article"] in articles}
    for item in read_rows(public / "squad2_questions.jsonl"):
        row = rows.get(item["paragraph_id"])
        paragraph = held.get(canonical(row["text"])) if row else None
        if paragraph is None:
            continue
        if not item["answerable"]:
            yield Put(edition, paragraph, item["question"], ())
            continue
        wordings = [canonical(wording).lower() for wording in item["answers"]]
        nearest = Put(edition, paragraph, item["question"], ()).others()
        having = [sentence for sentence in nearest if any(wording in sentence.lower() for wording in wordings)]
        if having:
            yield Put(edition, paragraph, item["question"], (having[0],))


def pairs(put: Sequence[Put], chance: random.Random) -> Iterator[Pair]:
    """What a set of questions is read with; one left open beside the most like it of its paragraph that is not."""
    answered: dict[str, list[Pair]] = {}
    for item in put:
        if item.answers:
            found = Pair(item.question, _around(item), answers=True)
            answered.setdefault(item.paragraph.text, []).append(found)
            yield found
            yield from _beside(item, put, found, chance)
    for item in put:
        if not item.answers:
            others = answered.get(item.paragraph.text, [])
            number = most_alike(_words(item.question), [_words(other.question) for other in others], LIKE)
            like = None if number is None else others[number]
            yield Pair(item.question, item.edition.around(item.question, item.paragraph), answers=False, origin=like)
            if chance.random() < LEFT_OPEN:
                yield Pair(item.question, item.others()[0], answers=False)


def _around(item: Put) -> str:
    """The sentences that are read with a question, those that answer among them."""
    around = item.edition.around(item.question, item.paragraph)
    return around if all(sentence in around for sentence in item.answers) else " ".join(item.answers)


def _beside(item: Put, put: Sequence[Put], around: Pair, chance: random.Random) -> Iterator[Pair]:
    """The sentences that answer by themselves; another of the paragraph; another paragraph."""
    alone = Pair(item.question, " ".join(item.answers), answers=True)
    yield alone
    if others := item.others():
        other = others[0] if chance.random() < NEAREST else chance.choice(others)
        yield Pair(item.question, other, answers=False, origin=alone)
    elsewhere = chance.choice(put).paragraph
    if elsewhere.text != item.paragraph.text and chance.random() < ELSEWHERE:
        text = item.edition.around(item.question, elsewhere, item.document)
        yield Pair(item.question, text, answers=False, origin=around)


def _words(question: str) -> list[str]:
    return question.lower().split()


def most_alike(one: Collection[Hashable], others: Sequence[Collection[Hashable]], least: float) -> int | None:
    """The number of the one that has the largest share of its tokens in common, `least` or more; None where none has
    (Jaccard 1912)."""
    shares = [len({*one} & {*other}) / len({*one} | {*other}) for other in others]
    most = max(shares, default=0.0)
    return shares.index(most) if most >= least else None


def sentences_of(paragraph: Paragraph) -> list[str]:
    """The sentences of a paragraph."""
    return [paragraph.text[start:end].strip() for start, end in sentence_spans(paragraph.text)]
