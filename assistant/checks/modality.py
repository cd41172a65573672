"""Did it happen, or would it? A claim that states as done what the paragraph only expects, plans or holds possible."""

from __future__ import annotations

from assistant.checks.finding import Finding, Reason
from assistant.checks.polarity import pulls
from assistant.checks.reading import CERTAIN, EXPECTED, PARTICIPLES, PASTS, Reading, Word, listed

AUXILIARIES = frozenset(["has", "have", "had", "having"])
BE_BEFORE_PARTICIPLE = frozenset(["was", "were", "been", "is", "are"])
PAST = frozenset(PASTS) | listed("set cut put hit")
DONE_FORMS = PAST | frozenset(PARTICIPLES) | listed("become come done been shut")
BEFORE_ADJECTIVE = listed("the a an of with by for to its their as about on in from and or against over")
SAYING = listed(
    """say said tell told note noted predict predicted describe described call called state stated declare declared
    express expressed believe believed judge judged expect expected show showed demonstrate demonstrated warn
    warned decide decided plan planned want wanted hope hoped intend intended mean meant seem seemed appear
    appeared depend depended suggest suggested think thought consider considered worry worried regard regarded
    disclaim disclaimed announce announced claim claimed"""
)


def check_modality(claim: Reading, zone: Reading) -> Finding:
    """`overstated`: a verb told as done that the zone only expects;
    `done_unseen`: a perfect tense whose verb the zone does not have while it speaks of what may come."""
    certainty = _certainties(zone)
    alike = {pull.first: f"{pull.axis} {pull.side}" for pull in pulls(claim)}
    overstated = unseen = 0
    reasons = []
    content = [word for word in zone.words if word.term]
    weak = 2 * sum(word.certainty < CERTAIN for word in content) > len(content)
    for at, word in enumerate(claim.words):
        if word.term is None or word.text[0].isupper():
            continue
        told = certainty.get(word.term, certainty.get(alike.get(at, "")))
        done = _is_done(claim.words, at)
        if done and told is not None and told < CERTAIN:
            overstated += 1
            how = "only expects or plans" if told == EXPECTED else "holds only possible"
            reasons.append(
                Reason("missing", f"{{place}} {how} what the claim says was done (“{word.lower}”)", "overstated")
            )
        elif done and told is None and weak and _is_perfect(claim.words, at):
            unseen += 1
            reasons.append(
                Reason("missing", f"{{place}} does not say that it was done (“{word.lower}”)", "done_unseen")
            )
    measures = {
        "overstated": float(overstated > 0),
        "done_unseen": float(unseen > 0),
    }
    return Finding(measures, tuple(reasons))


def _certainties(zone: Reading) -> dict[str, int]:
    """How certain the zone is of each of its terms, and of each side of a pair of opposites, at most."""
    certainty: dict[str, int] = {}
    keys = [(word.term, word.certainty) for word in zone.words if word.term]
    keys += [(f"{pull.axis} {pull.side}", zone.words[pull.first].certainty) for pull in pulls(zone)]
    for key, level in keys:
        certainty[key] = max(certainty.get(key, 0), level)
    return certainty


def _is_perfect(words: tuple[Word, ...], at: int) -> bool:
    """Whether `has` or `have` stands closely before a word."""
    return any(word.lower in ("has", "have") for word in words[max(0, at - 3) : at])


def _is_done(words: tuple[Word, ...], at: int) -> bool:
    """Whether a word is a verb in the perfect or the past, and nothing weakens it."""
    word = words[at]
    if word.certainty < CERTAIN or word.lower in SAYING or word.hyphened:
        return False
    before = [item.lower for item in words[max(0, at - 4) : at] if item.clause == word.clause]
    participle = word.lower.endswith("ed") or word.lower in DONE_FORMS
    if participle and any(item in AUXILIARIES for item in before):
        return "to" not in before[-1:]
    if before[-1:] and before[-1] in BEFORE_ADJECTIVE:
        return False
    return (word.lower.endswith("ed") or word.lower in PAST) and not any(
        item in BE_BEFORE_PARTICIPLE for item in before[-2:]
    )
