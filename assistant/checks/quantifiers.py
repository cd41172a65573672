"""How much of it? `only`, `all`, `every` in a claim where the paragraph says no such thing."""

from __future__ import annotations

from assistant.checks.finding import Finding, Reason
from assistant.checks.reading import Reading, listed

CLASSES = {
    "only": listed("only sole solely alone exclusively exclusive unique"),
    "all": listed(
        """all every everything everyone everybody everywhere always entirely completely totally invariably
        unanimously"""
    ),
    "most": listed("most mostly majority largely mainly generally nearly almost virtually broadly usually often"),
    "some": listed(
        """some several certain partly partially sometimes occasionally many few various varied variety number often
        areas ranging"""
    ),
}
EXCEPTING = listed("except excepting exception but bar barring save")
MERELY = listed("natural fair logical right human reasonable sensible if too just then now")
SOFTER = {"all": ("most", "some"), "only": ("some",)}


def check_quantifiers(claim: Reading, zone: Reading) -> Finding:
    """`only_added`: the claim restricts what the zone does not; `all_added`: it speaks of all where the zone does not;
    `quantity_swapped`: `all` or `only`, where the zone has `most` or `some`."""
    mine, theirs = _classes(claim), _classes(zone)
    added = [name for name in SOFTER if name in mine and name not in theirs]
    if any(word.lower in EXCEPTING for word in claim.words):  # `everything but`: most
        added = [name for name in added if name != "all"]
    swapped = [name for name in added if any(softer in theirs for softer in SOFTER[name])]
    reasons = []
    for name in added:
        softer = next((theirs[other] for other in SOFTER[name] if other in theirs), None)
        said = f"says “{softer}”, not “{mine[name]}”" if softer else f"does not say “{mine[name]}”"
        measure = "quantity_swapped" if softer else f"{name}_added"
        reasons.append(Reason("conflict", f"{{place}} {said}", measure))
    measures = {f"{name}_added": float(name in added and name not in swapped) for name in SOFTER}
    return Finding({**measures, "quantity_swapped": float(bool(swapped))}, tuple(reasons))


def _classes(reading: Reading) -> dict[str, str]:
    """The classes of quantity in a text, each with its first word."""
    found: dict[str, str] = {}
    for at, word in enumerate(reading.words):
        before = reading.words[at - 1].lower if at else ""
        if (word.lower == "only" and before == "not") or (word.lower == "alone" and word.denied):
            continue
        following = reading.words[at + 1].lower if at + 1 < len(reading.words) else ""
        if (word.lower == "all" and before in ("at", "after", "of", "for")) or (
            word.lower == "only" and following in MERELY
        ):
            continue
        if word.lower in CLASSES["all"] and before in CLASSES["most"]:
            continue
        for name, members in CLASSES.items():
            if word.lower in members:
                found.setdefault(name, word.lower)
    return found
