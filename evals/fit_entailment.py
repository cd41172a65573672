"""`python -m evals.fit_entailment PUBLIC`: train the entailment model, print how well it does, write its weights.

It needs PyTorch, which Pilcrow does not (`pip install torch`), and takes a second or two a step on two cores. PUBLIC is
a folder with `scifact_claims.jsonl` (SciFact's claims and abstracts, Wadden et al. 2020) and `squad2_paragraphs.jsonl`
(SQuAD's paragraphs, Rajpurkar et al. 2018); `--documents` is another edition of the documents beside the bundled one.

It learns from the claims in `gold/written` but for those of `KEPT` and `UNTOUCHED`, as they are, with one thing
altered and within sentences that assert them or do not, from one half of SciFact's abstracts, from a little of what
`evals.variants` makes of sentences, and from the short texts of `evals.told`. A false claim is mostly read beside the
true one that it differs from. It learns from questions too (`evals.answered`): a text that answers one bears it out.
The claims of `gold/claims.jsonl` and `claims_more.jsonl` are not among them: they are what it is looked at with. The
order of what it reads is fixed by a seed. To go on from the weights that ship with further sets: `--start`, `--new`
and, so that what is elsewhere is not forgotten, `--keep`.
"""

from __future__ import annotations

import itertools
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from torch import nn
from torch.nn.functional import cross_entropy, dropout, gelu

from assistant.entailment import FILE, LAYERS, LONGEST, pair_ids
from evals.answered import (
    KEPT_ASKED,
    LEARNED,
    UNTOUCHED_ASKED,
    Pair,
    asked,
    asked_sets,
    most_alike,
    pairs,
    public_questions,
)
from evals.editions import (
    KEPT,
    UNTOUCHED,
    Edition,
    Judged,
    altered,
    editions,
    on_documents,
    scifact,
    set_apart,
    squad,
    worded,
    written,
    written_sets,
)
from evals.frames import framed
from evals.gold import gold_file, load_claims
from evals.scores import auroc
from evals.told import told
from evals.variants import variants
from ingest.minilm import MiniLM, model_files, open_vocabulary
from ingest.onnx_graph import EPSILON, HEADS, Weights
from ingest.sentences import sentence_spans

TARGET = Path(__file__).parents[1] / "assistant" / FILE
STEPS = 30_000
REPORTS = 10
OFTENER = 10  # how often a new set is read for each time that another is
BATCH = 32
RATE = 1.5e-4  # of learning, at its highest: after a tenth of the steps
DROPPED = 0.1
SMOOTHING = 0.03
LEVELS = 127  # on either side of zero, of a weight in eight bits
SMOOTHED = 0.7  # of how unlike the inputs of a layer are in size, that its weights take over
SPREAD = 3  # standard deviations: how far from its mean an input is reckoned with
PARTS = {"query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value"} | {
    "joined": "attention.output.dense",
    "inner": "intermediate.dense",
    "outer": "output.dense",
}
NORMS = {"after": "attention.output.LayerNorm", "last": "output.LayerNorm"}
CLASSES = {"supported": 0, "contradicted": 1, "partial": 2, "unsupported": 2}
WEIGHTS = {
    "written": 1.0,
    "SciFact": 0.7,
    "the other edition": 0.7,
    "variants": 0.4,
    "altered": 0.8,
    "stated": 0.6,
    "told": 0.6,
    "asked": 1.0,
}
ALTERED = {"denied": 0.4, "turned": 0.55, "exchanged": 0.6}  # of the supported claims for which this can be done
BESIDE = 0.6  # of the claims with a counterpart that are read beside it
LIKE = 0.5  # of the tokens of two claims of a paragraph, one true and one false, from which on they are counterparts
STATED = 0.06  # of the supported claims that are put among sentences of another document
ALONE = 0.3  # of these, that are read with nothing else
ELSEWHERE = 0.22  # of the supported claims that are read with another paragraph too
OF_VARIANTS = 5  # one in so many is read
TOLD = 24_000  # texts that are made by rule
SHORTEST = 50  # characters of a sentence
EVERY = 3  # SQuAD paragraph, and one sentence of it


@dataclass(frozen=True, slots=True)
class Example:
    """A claim and the sentences it is read with, as tokens; its class, how much it counts, whose it is, and its
    counterpart, which differs in one thing."""

    claim: tuple[int, ...]
    text: tuple[int, ...]
    label: int
    weight: float
    set: str
    origin: Example | None = None

    @property
    def length(self) -> int:
        """Tokens of both."""
        return len(self.claim) + len(self.text)


class Layer(nn.Module):
    """A layer of BERT."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query, self.key, self.value, self.joined = (nn.Linear(width, width) for _ in range(4))
        self.inner, self.outer = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.after, self.last = nn.LayerNorm(width, eps=EPSILON), nn.LayerNorm(width, eps=EPSILON)

    def forward(self, states: torch.Tensor, mask: torch.Tensor, *, first_only: bool = False) -> torch.Tensor:
        """States (pairs × tokens × width) after the layer, or (pairs × 1 × width) of the first token only; `mask` is
        true where there is a token."""
        read, states = states, states[:, :1] if first_only else states
        query, key, value = (
            part(asked).unflatten(-1, (HEADS, -1)).transpose(1, 2)
            for part, asked in ((self.query, states), (self.key, read), (self.value, read))
        )
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5  # on two cores faster than PyTorch's fused one
        attention = scores.masked_fill(~mask[:, None, None, :], -1e4).softmax(dim=-1)
        attended = (attention @ value).transpose(1, 2).flatten(-2)
        states = self.after(states + dropout(self.joined(attended), DROPPED, self.training))
        return self.last(states + dropout(self.outer(gelu(self.inner(states))), DROPPED, self.training))


class Encoder(nn.Module):
    """The first `LAYERS` layers of all-MiniLM-L6-v2, with a classifier over [CLS] for what a pair comes to.

    `start` is a file of weights that an earlier training wrote, to go on from.
    """

    def __init__(self, start: Path | None = None) -> None:
        super().__init__()
        published, started = Weights(model_files()[0]), _whole(start) if start else {}

        def tensor(name: str) -> torch.Tensor:
            return torch.from_numpy(started[name] if name in started else np.array(published.array(name)))

        self.words = nn.Embedding.from_pretrained(tensor("embeddings.word_embeddings.weight"), freeze=True)
        self.positions = nn.Embedding.from_pretrained(tensor("embeddings.position_embeddings.weight"), freeze=False)
        self.kinds = nn.Embedding.from_pretrained(tensor("embeddings.token_type_embeddings.weight"), freeze=False)
        self.first = nn.LayerNorm(MiniLM.dimensions, eps=EPSILON)
        self.layers = nn.ModuleList(Layer(MiniLM.dimensions) for _ in range(LAYERS))
        self.classifier = nn.Linear(MiniLM.dimensions, len(set(CLASSES.values())))
        nn.init.normal_(self.classifier.weight, std=0.02)
        nn.init.zeros_(self.classifier.bias)
        with torch.no_grad():
            for name, parameter in _named(self):
                parameter.copy_(tensor(name))
            if start:
                self.classifier.weight.copy_(tensor("classifier.weight"))
                self.classifier.bias.copy_(tensor("classifier.bias"))

    def forward(self, batch: Sequence[Example]) -> torch.Tensor:
        """Logits of the classes: (pairs, 3)."""
        longest = max(example.length for example in batch)
        ids, kinds, mask = (np.zeros((len(batch), longest), dtype=np.int64) for _ in range(3))
        for row, example in enumerate(batch):
            ids[row, : example.length] = [*example.claim, *example.text]
            kinds[row, len(example.claim) : example.length] = 1
            mask[row, : example.length] = 1
        places = torch.arange(longest)[None]
        states = self.words(torch.from_numpy(ids)) + self.positions(places) + self.kinds(torch.from_numpy(kinds))
        states = self.first(states)
        for number, layer in enumerate(self.layers, start=1):
            states = layer(states, torch.from_numpy(mask).bool(), first_only=number == LAYERS)
        return self.classifier(dropout(states[:, 0], DROPPED, self.training))


def main(
    public: Annotated[Path, typer.Argument(help="Folder of the public claims and paragraphs.")],
    documents: Annotated[Path | None, typer.Option(help="Folder of another edition of the documents.")] = None,
    steps: Annotated[int, typer.Option(help="Batches that it learns from.")] = STEPS,
    start: Annotated[Path | None, typer.Option(help="Weights of an earlier training, to go on from.")] = None,
    new: Annotated[int | None, typer.Option(help="Number of the first set that these have not read.")] = None,
    keep: Annotated[float, typer.Option(help="Share of those in the mean that is written in the end.")] = 0.0,
    output: Annotated[Path, typer.Option(help="Where the weights go.")] = TARGET,
) -> None:
    """Train, report figures of claims that were held out, and write the weights."""
    torch.manual_seed(0)
    chance = random.Random(0)  # noqa: S311  # not for secrets
    own = editions(documents)
    read = _Reader()
    learned = [*_learned(own, public, read, chance, new)]
    held = [*_held(own, public, read)]
    typer.echo(f"{len(learned)} pairs to learn from, {len(held)} held out")
    for step, encoder in _trained(learned, chance, steps, start):
        typer.echo(f"step {step}, AUROC {_areas(encoder, held)}")
        _save(encoder, output)
    if start and keep:
        mean = _mean(Encoder(start), Encoder(output), keep)
        typer.echo(f"{keep:.0%} of the weights before, AUROC {_areas(mean, held)}")
        _save(mean, output)


def _mean(before: Encoder, after: Encoder, keep: float) -> Encoder:
    """The weighted mean of two encoders' weights, which forgets less of what the new claims are not about (WiSE-FT:
    Wortsman et al. 2021, arXiv:2109.01903)."""
    with torch.no_grad():
        for mine, other in zip(after.parameters(), before.parameters(), strict=True):
            mine.copy_((1 - keep) * mine + keep * other)
    return after


class _Reader:
    """Claims with what is read of their paragraphs, as tokens."""

    def __init__(self) -> None:
        self.tokenizer, _ = open_vocabulary()

    def example(self, judged: Judged, *, of: str) -> Example:
        around = judged.edition.around(judged.claim, judged.paragraph)
        return self.pair(judged.claim, around, CLASSES[judged.label], of=of)

    def pair(self, claim: str, text: str, label: int, *, of: str) -> Example:
        first, second = pair_ids(self.tokenizer, claim, text)
        return Example(tuple(first), tuple(second), label, WEIGHTS.get(of, 1.0), of)


def _learned(
    own: Sequence[Edition], public: Path, read: _Reader, chance: random.Random, new: int | None
) -> Iterator[Example]:
    for name in written_sets():
        if name not in (*KEPT, *UNTOUCHED):
            oftener = new is not None and int(name.removeprefix("h")) >= new
            yield from [*_of_set(name, own, public, read, chance)] * (OFTENER if oftener else 1)
    for judged in scifact(public, odd=True):
        yield read.example(judged, of="SciFact")
    yield from _restated(own, read)
    yield from _public_variants(squad(public), read)
    yield from _told(read, chance)
    for name in asked_sets():
        if name not in (*KEPT_ASKED, *UNTOUCHED_ASKED):
            yield from (_question(pair, read) for pair in pairs([*asked(name)], chance))
    yield from (_question(pair, read) for pair in pairs([*public_questions(public, LEARNED)], chance))


def _question(pair: Pair, read: _Reader) -> Example:
    """A question is borne out by a text that answers it."""
    label = CLASSES["supported" if pair.answers else "unsupported"]
    example = read.pair(pair.question, pair.text, label, of="asked")
    return replace(example, origin=_question(pair.origin, read)) if pair.origin else example


def _of_set(name: str, own: Sequence[Edition], public: Path, read: _Reader, chance: random.Random) -> Iterator[Example]:
    """The claims of a set as they are, read elsewhere, altered and framed."""
    ours = list(written(name, own=own, public=public))
    examples = [read.example(judged, of="written") for judged in ours]
    yield from _beside_twins(ours, examples)
    yield from _elsewhere(ours, read, chance)
    yield from _altered(ours, examples, read, chance)
    yield from _stated(ours, read, chance)


def _beside_twins(ours: Sequence[Judged], examples: Sequence[Example]) -> Iterator[Example]:
    """The examples; a false one has the true one of its paragraph that is most like it, if any is, for counterpart."""
    true: dict[str, list[Example]] = {}
    for judged, example in zip(ours, examples, strict=True):
        if judged.supported:
            true.setdefault(judged.paragraph.text, []).append(example)
    for judged, example in zip(ours, examples, strict=True):
        others = [] if judged.supported else true.get(judged.paragraph.text, [])
        number = most_alike(example.claim, [other.claim for other in others], LIKE)
        yield example if number is None else replace(example, origin=others[number])


def _held(own: Sequence[Edition], public: Path, read: _Reader) -> Iterator[Example]:
    """What is looked at on the way, by whose claims they are."""
    for name in (*KEPT, *UNTOUCHED):
        for judged in written(name, own=own, public=public):
            yield read.example(judged, of=name)
    for name in (*KEPT_ASKED, *UNTOUCHED_ASKED):
        for put in asked(name):
            around = put.edition.around(put.question, put.paragraph)
            yield read.pair(put.question, around, CLASSES["supported" if put.answers else "unsupported"], of=name)
    for judged in scifact(public, odd=False):
        yield read.example(judged, of="SciFact")
    for name in ("claims", "claims_more"):
        for judged in on_documents([claim for claim in load_claims(gold_file(name)) if claim.split == "dev"], own):
            yield read.example(judged, of=name)


def _restated(own: Sequence[Edition], read: _Reader) -> Iterator[Example]:
    """The sentences of one edition and some variants, with the paragraph of the other that says the same."""
    for one, other in itertools.permutations(own, 2):
        for document_id in one.documents:
            held = {paragraph.reference: paragraph for paragraph in other.paragraphs_of(document_id)}
            for item in one.paragraphs_of(document_id):
                for start, end in sentence_spans(item.text) if item.kind != "header" else ():
                    sentence, paragraph = item.text[start:end], held[item.reference]
                    around = other.around(sentence, paragraph)
                    yield read.pair(sentence, around, 0, of="the other edition")
                    yield from _variants(sentence, one.body(document_id), around, read)


def _public_variants(edition: Edition, read: _Reader) -> Iterator[Example]:
    for document_id in edition.documents:
        paragraphs = edition.paragraphs_of(document_id)
        for number, paragraph in enumerate(paragraphs[::EVERY]):
            spans = sentence_spans(paragraph.text)
            start, end = spans[number % len(spans)]
            if end - start >= SHORTEST:
                yield from _variants(paragraph.text[start:end], paragraph.text, paragraph.text, read)


def _variants(sentence: str, around: str, text: str, read: _Reader) -> Iterator[Example]:
    for variant in variants(sentence, around):
        if zlib.crc32(variant.text.encode()) % OF_VARIANTS == 0:
            yield read.pair(variant.text, text, 0 if variant.holds else 1, of="variants")


def _told(read: _Reader, chance: random.Random) -> Iterator[Example]:
    """Texts that are made by rule, with a true claim each and its twin."""
    for text in told(TOLD, chance):
        true = read.pair(text.true, text.text, CLASSES["supported"], of="told")
        yield true
        yield replace(read.pair(text.false, text.text, CLASSES[text.label], of="told"), origin=true)


def _elsewhere(ours: Sequence[Judged], read: _Reader, chance: random.Random) -> Iterator[Example]:
    """Some supported claims, read with a paragraph of another document as if it stood in theirs, under whose title it
    does not say that either."""
    for judged, around in _other_sentences(ours, chance, ELSEWHERE):
        yield read.pair(judged.claim, around, CLASSES["unsupported"], of="written")


def _other_sentences(ours: Sequence[Judged], chance: random.Random, share: float) -> Iterator[tuple[Judged, str]]:
    """A share of the supported claims, each with sentences of another document that come nearest to it."""
    for judged in ours:
        other = chance.choice(ours)
        apart = other.paragraph.document_id != judged.paragraph.document_id
        if judged.supported and apart and chance.random() < share:
            yield judged, judged.edition.around(judged.claim, other.paragraph, judged.document)


def _altered(
    ours: Sequence[Judged], origins: Sequence[Example], read: _Reader, chance: random.Random
) -> Iterator[Example]:
    """Some supported claims with one thing about them altered; and those that are false by a denial, denied. `origins`
    are the claims as they are.

    Without them the model pays no heed to `not`, to which of two opposites is said, and to who does what to whom: in
    claims that were written one by one, there is always more that tells a false one.
    """
    apart = set_apart()
    for judged, origin in zip(ours, origins, strict=True):
        for other in altered(judged):
            chosen = other.supported or chance.random() < ALTERED[other.kind]
            if chosen and worded(other.claim) not in apart:
                yield replace(read.example(other, of="altered"), origin=origin)


def _stated(ours: Sequence[Judged], read: _Reader, chance: random.Random) -> Iterator[Example]:
    """Some supported claims, put among sentences of another document: as they are, with one thing altered and within
    frames. Each claim is read with all of these, and so is what was put there.

    Without them the model takes a claim for borne out where its words stand but are denied, or in a clause that asserts
    nothing: in paragraphs that were written one by one, much besides tells what they say.
    """
    apart = set_apart()
    for judged, around in _other_sentences(ours, chance, STATED):
        sentences = around if chance.random() >= ALONE else ""
        stated = _among(sentences, judged.claim, chance)
        held = read.pair(judged.claim, stated, CLASSES["supported"], of="stated")
        yield held
        for other in altered(judged):
            if worded(other.claim) in apart:
                continue
            turned = _among(sentences, other.claim, chance)
            yield read.pair(other.claim, turned, CLASSES["supported"], of="stated")
            for claim, text in ((judged.claim, turned), (other.claim, stated)):
                yield replace(read.pair(claim, text, CLASSES["contradicted"], of="stated"), origin=held)
        for frame in framed(judged.claim, "learned"):
            text = _among(sentences, frame.sentence, chance)
            yield replace(read.pair(judged.claim, text, CLASSES[frame.label], of="stated"), origin=held)
            yield read.pair(frame.sentence, text, CLASSES["supported"], of="stated")
            if frame.kind == "rejected":
                yield read.pair(frame.sentence, stated, CLASSES["contradicted"], of="stated")


def _among(sentences: str, sentence: str, chance: random.Random) -> str:
    """The sentences with one more in any place."""
    others = [sentences[start:end] for start, end in sentence_spans(sentences)]
    others.insert(chance.randrange(len(others) + 1), sentence)
    return " ".join(others)


def _trained(
    learned: Sequence[Example], chance: random.Random, steps: int, start: Path | None
) -> Iterator[tuple[int, Encoder]]:
    """The encoder now and then, and after the last step."""
    encoder = Encoder(start)
    parameters = [parameter for parameter in encoder.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (0.1 * steps), max(0.02, 1 - step / steps))
    )
    endless = itertools.chain.from_iterable(_batches(learned, chance) for _ in itertools.count())
    for step, batch in enumerate(itertools.islice(endless, steps), start=1):
        encoder.train()
        loss = _loss(encoder(batch), batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        if step % max(1, steps // REPORTS) == 0 or step == steps:
            yield step, encoder


def _loss(logits: torch.Tensor, batch: Sequence[Example]) -> torch.Tensor:
    labels = torch.tensor([example.label for example in batch])
    weights = torch.tensor([example.weight for example in batch])
    losses = cross_entropy(logits, labels, reduction="none", label_smoothing=SMOOTHING)
    return (losses * weights).sum() / weights.sum()


def _batches(examples: Sequence[Example], chance: random.Random) -> list[list[Example]]:
    """Batches of like lengths, in a random order; a claim with a counterpart mostly beside it, so that a step learns
    what tells the two apart."""
    order = chance.sample(list(examples), len(examples))
    batches = []
    for start in range(0, len(order), 16 * BATCH):
        chunk = sorted(order[start : start + 16 * BATCH], key=lambda example: example.length)
        for first in range(0, len(chunk), BATCH):
            batch = chunk[first : first + BATCH]
            batches.append(batch + [item.origin for item in batch if item.origin and chance.random() < BESIDE])
    return chance.sample(batches, len(batches))


def _areas(encoder: Encoder, held: Sequence[Example]) -> str:
    """How well the odds of support tell the supported from the others, for each set."""
    encoder.eval()
    told = []
    for name in dict.fromkeys(example.set for example in held):
        chosen = sorted((example for example in held if example.set == name), key=lambda example: example.length)
        with torch.no_grad():
            parts = [encoder(chosen[first : first + BATCH]) for first in range(0, len(chosen), BATCH)]
        odds = torch.cat(parts).log_softmax(dim=1)[:, 0].tolist()
        told.append(f"{name} {auroc(odds, [example.label == 0 for example in chosen]):.3f}")
    return ", ".join(told)


def _save(encoder: Encoder, path: Path) -> None:
    """Write the weights in one go: who has the old ones mapped keeps them."""
    written_first = path.with_suffix(".part")
    save_file(_stored(encoder), written_first)
    written_first.chmod(0o644)
    written_first.replace(path)


def _stored(encoder: Encoder) -> dict[str, NDArray[Any]]:
    """The weights as `assistant.entailment` reads them: those of products in eight bits, with a scale an output."""
    tensors = {name: parameter.detach().numpy() for name, parameter in _named(encoder)}
    tensors["embeddings.position_embeddings.weight"] = encoder.positions.weight.detach().numpy()[:LONGEST]
    tensors["classifier.weight"] = encoder.classifier.weight.detach().numpy()
    tensors["classifier.bias"] = encoder.classifier.bias.detach().numpy()
    for block in (f"encoder.layer.{number}" for number in range(LAYERS)):
        inner, norm = f"{block}.{PARTS['inner']}", f"{block}.{NORMS['after']}"
        factors = _factors(tensors[f"{inner}.weight"], tensors[f"{norm}.weight"], tensors[f"{norm}.bias"])
        tensors[f"{inner}.factors"] = factors
        tensors[f"{inner}.weight"] = tensors[f"{inner}.weight"] / factors
    found: dict[str, NDArray[Any]] = {}
    for name, values in tensors.items():
        if name.startswith("encoder.") and values.ndim == 2:
            scale = np.abs(values).max(axis=1) / LEVELS
            found[name] = np.ascontiguousarray(np.round(values / scale[:, None]).astype(np.int8).T)
            found[f"{name}_scale"] = scale.astype(np.float32)
        else:
            found[name] = np.ascontiguousarray(values, dtype=np.float32)
    return found


def _factors(weights: NDArray[Any], spread: NDArray[Any], middle: NDArray[Any]) -> NDArray[Any]:
    """What to multiply a layer's inputs by, and divide its weights (outputs × inputs) by, so that the inputs are more
    alike in size: in eight bits the largest take the small ones' digits (Xiao et al. 2023, SmoothQuant,
    arXiv:2211.10438). How large an input gets is told by the layer normalisation that it comes from."""
    largest = np.abs(middle) + SPREAD * np.abs(spread)
    return np.asarray(np.abs(weights).max(axis=0) ** (1 - SMOOTHED) / largest**SMOOTHED)


def _whole(path: Path) -> dict[str, NDArray[Any]]:
    """The weights in a file that `_stored` made up, as they are in the published one."""
    stored = load_file(path)
    whole: dict[str, NDArray[Any]] = {}
    for name, values in stored.items():
        if (scale := stored.get(f"{name}_scale")) is None:
            whole[name] = values
        else:
            factors = stored.get(name.replace(".weight", ".factors"), np.float32(1))
            whole[name] = values.T.astype(np.float32) * scale[:, None] * factors
    return whole


def _named(encoder: Encoder) -> Iterator[tuple[str, torch.Tensor]]:
    """The parameters that stand in the published file, by their names there; words stay as they are."""
    yield "embeddings.token_type_embeddings.weight", encoder.kinds.weight
    yield from _both("embeddings.LayerNorm", encoder.first)
    for number, layer in enumerate(encoder.layers):
        for part, name in (PARTS | NORMS).items():
            yield from _both(f"encoder.layer.{number}.{name}", getattr(layer, part))


def _both(name: str, part: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    yield f"{name}.weight", part.weight
    yield f"{name}.bias", part.bias


if __name__ == "__main__":
    typer.run(main)
