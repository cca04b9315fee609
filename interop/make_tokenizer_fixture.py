"""Writes what transformers makes of 10,000 texts with the tokenizer that our own code trained and wrote.

    python3 interop/make_tokenizer_fixture.py [--check] [--show NUMBER]

Without options: writes texts.json, ids.bin and saved.json to test/fixtures/tokenizer. --check: all classes
open that folder, and give the committed ids. --show: a text and its tokens.

The folder's other files are those of a pipeline's tokenizer/, written by test/text/tokenizer-files.test.ts.
A text is drawn from texts.json by (seed, number), so that test/text/tokenizer.test.ts makes the same one;
ids.bin has a CRC-32 of each text's ids; then one of all ids with the merges shuffled. saved.json is the
tokenizer.json that transformers writes from vocab.json and merges.txt. Not here: networks (make_fixtures.py).
"""

import argparse
import json
import shutil
import sys
import tempfile
import unicodedata
import zlib
from pathlib import Path

import numpy as np

from counter_random import STREAMS, random_words
from step_captions import Prompts

FOLDER = Path(__file__).parent.parent / "test" / "fixtures" / "tokenizer"
TEXTS = 10_000
SEED = 12
# Ids of a prompt.
LENGTH = 32

# Rows of pieces with | between: words, contractions, digits, signs, scripts, marks, emoji, controls, marks of
# direction, white space, parts of special tokens, long words. Escapes as in Python.
PIECES = r"""
a|an|the|of|on|with|red|Blue|GREEN|planet|planets'|ring-shaped|half-lit|moon|dark|sky
circle|background|on a
It's|we've|they're|it'll|I'd|I'm|don't|'s|'t|'re|'VE|'m|'ll|'d|''s|'|''|’s|o'clock
rock'n'roll|'S
0|7|42|2024|3.50|1,000|½|Ⅳ|²|٣|५|Ⅻ|①|10x|x2|1st|0xff|-5|+|%|100%
.|,|!|?|...|?!|--|—|…|(|)|[a]|{b}|<tag>|</w>|a</w>|<|>|#|@you|&amp;|*|**|_|__init__|/|\\|"
~|^|`|=|==|:)|;-)
Der Fluß|größere|ÄPFEL|ÖL|école|NAÏF|l’élève|piña|¿dónde?|¡Aquí!|façade|Ångström|ŁÓDŹ
ČESKÝ|ẞ
Οδυσσέας|ΟΔΥΣΣΕΎΣ|ὈΔΥΣΣΕΎΣ|ΘΆΛΑΣΣΑ|σς|ΣΣ|Σ|ΑΣ.|κόσμος|ᾼ|Ω|µ
İstanbul|IĞDIR|ışık|İ|ı|iI|I|DİYARBAKIR|Türkçe
Красная|МАШИНА|ёлка|й|Ђорђе|Ӏ|Ꙁ
עִבְרִית|שָׁלוֹם|العربية|اَلْعَرَبِيَّةُ|لا|فارسی|می‌روم|हिन्दी|क़लम|தமிழ்|ไทย|ภาษาไทย
မြန်မာ|ខ្មែរ|བོད་
一只红色的猫|青い空|がぎぐ|か\u3099|ﾊﾟ|カタカナ|하늘|\u1112\u1161\u11ab|한국어|豈|慈|𠀀|𝒜|𝟘|中文。|「」
con mèo màu đỏ|tiếng Việt|e\u0301|E\u0301|a\u0323\u0302|a\u0302\u0323|q\u0323\u0307
q\u0307\u0323|\u0301|o\u0308\u0304|c\u0327|ﬁ|ﬂuﬀ|\u212b|\u212a|\u2126|ǅ|ǈ|ʼn|ΐ|\u0344
\u0345
🌍|🚀|👩‍🚀|👨‍👩‍👧‍👦|❤️|🏳️‍🌈|🇩🇪|🇩🇪🇫🇷|👍🏽|✨✨|☃|(◕‿◕)|1️⃣|😀😀
\u0000|\u0001|\u0008|\u000b|\u000c|\u001b|\u001c|\u001d|\u001e|\u001f|\u007f|\u0080|\u0085
\u009f|\u00ad
\u200b|\u200c|\u200d|\u200e|\u200f|\u202a|\u202b|\u202c|\u202d|\u202e|\u2060|\u2066|\u2067
\u2069|\u061c|\ufeff|\ufffd|\ufffe|\uffff|\ufff9|\ue000|\U000e0041|\U0010ffff|\u180e
\u00a0|\u1680|\u2000|\u2003|\u2009|\u200a|\u2028|\u2029|\u202f|\u205f|\u3000|\t|\n|\r\n|  
   |\t \t
startoftext|endoftext|<|start|<|startof text|>|<|END|>|[CLS]|<pad>|<s>
averyveryverylongwordthatnobodyeverwrotebefore|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
abababababababababab|xyzzyxyzzyxyzzy
"""

# A piece repeated: long words, long runs of marks (in order: the time of an engine's NFC would be quadratic).
LONG = [
    ("ab", 50_000),
    ("q", 100_000),
    ("🌍", 25_000),
    ("planet", 10_000),
    ("κόσμος", 10_000),
    ("1", 50_000),
    ("?!", 50_000),
    (" a", 50_000),
    (" \t", 50_000),
    ("a\u0301\u0323", 10_000),
    ("\u0323\u0301", 500),
    ("\u1112\u1161\u11ab", 10_000),
]

SPECIAL = [
    "<|startoftext|>",
    "<|endoftext|>",
    "a<|endoftext|>b",
    "a <|startoftext|> b",
    "<|StartOfText|>red",
    "<|EndOfText|>red",
    "<|endof<|endoftext|>text|>",
    "<|startof<|startoftext|>text|>",
    "e<|endoftext|>\u0301",
    "<|endoftext|><|startoftext|>planet<|endoftext|>",
]


def source():
    """The content of texts.json: pieces, code points assigned in Unicode 14, long and special texts."""
    rows = [row.encode("ascii", "backslashreplace").decode("unicode_escape") for row in PIECES.strip().split("\n")]
    pieces = [piece for row in rows for piece in row.split("|")]
    # Every one of the Basic Latin to Greek blocks, then one in 40.
    assigned = [c for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cs", "Cn", "Co")]
    points = [c for c in assigned if c < 0x400] + [c for c in assigned if c >= 0x400][::40]
    drawn = {"seed": SEED, "count": TEXTS, "length": LENGTH, "pieces": pieces, "codePoints": points}
    return drawn | {"long": LONG, "special": SPECIAL}


def text_of(number, made):
    """Text `number`: up to 13 pieces or code points, with a space or nothing between."""
    draws = [int(word) for word in random_words(made["seed"], number, STREAMS["drawing"], 32)]
    text = ""
    for k in range(draws[0] % 14):
        draw = draws[1 + k]
        among = made["codePoints"] if draw % 5 == 0 else made["pieces"]
        one = among[(draw >> 3) % len(among)]
        text += (chr(one) if draw % 5 == 0 else one) + (" " if draws[16 + k] % 2 else "")
    return text


def texts_of(made):
    drawn = [text_of(number, made) for number in range(made["count"])]
    return drawn + [piece * times for piece, times in made["long"]] + made["special"]


def digests(tokenizer, made):
    """CRC-32 [N] of each text's ids, special tokens in it left out, then of its prompt of LENGTH ids."""
    special = {tokenizer.bos_token_id, tokenizer.eos_token_id}
    found = []
    for number, text in enumerate(texts_of(made)):
        ids = [one for one in tokenizer(text).input_ids if one not in special]
        digest = zlib.crc32(np.array(ids, "<u4").tobytes())
        if number < made["count"]:
            prompt = tokenizer(text, padding="max_length", truncation=True, max_length=made["length"]).input_ids
            digest = zlib.crc32(np.array(prompt, "<u4").tobytes(), digest)
        found.append(digest)
    return np.array(found, "<u4")


def shuffled(made):
    """CRC-32 of the ids of all drawn texts, with the merges in an order that no trainer gives."""
    from tokenizers import Tokenizer

    file = json.loads((FOLDER / "tokenizer.json").read_text(encoding="utf-8"))
    merges = file["model"]["merges"]
    order = np.argsort(random_words(made["seed"], 0, STREAMS["order"], len(merges)), kind="stable")
    file["model"]["merges"] = [merges[i] for i in order]
    tokenizer, digest = Tokenizer.from_str(json.dumps(file)), 0
    for number in range(made["count"]):
        ids = tokenizer.encode(text_of(number, made), add_special_tokens=False).ids
        digest = zlib.crc32(np.array(ids, "<u4").tobytes(), digest)
    return digest


def all_digests(tokenizer, made):
    """The content of ids.bin."""
    return np.append(digests(tokenizer, made), np.array([shuffled(made)], "<u4"))


def saved():
    """The text of tokenizer.json that CLIPTokenizer makes of vocab.json and merges.txt."""
    from transformers import CLIPTokenizer

    with tempfile.TemporaryDirectory() as folder:
        for name in ("vocab.json", "merges.txt", "tokenizer_config.json"):
            shutil.copy(FOLDER / name, folder)
        CLIPTokenizer.from_pretrained(folder).save_pretrained(f"{folder}/saved")
        file = json.loads(Path(folder, "saved", "tokenizer.json").read_text(encoding="utf-8"))
    return json.dumps(file, ensure_ascii=False, separators=(",", ":")) + "\n"


def check(made):
    """All classes that open the folder give the same ids, and those are the committed ones."""
    from tokenizers import Tokenizer
    from transformers import AutoTokenizer, CLIPTokenizer, CLIPTokenizerFast, PreTrainedTokenizerFast

    *expected, mixed = np.frombuffer((FOLDER / "ids.bin").read_bytes(), "<u4")
    for kind in (CLIPTokenizer, CLIPTokenizerFast, AutoTokenizer, PreTrainedTokenizerFast):
        tokenizer = kind.from_pretrained(str(FOLDER))
        wrong = np.flatnonzero(digests(tokenizer, made) != expected)
        assert len(wrong) == 0, f"{kind.__name__}: other ids of texts {wrong[:20].tolist()}"
        print(f"{kind.__name__} gives the ids of all {len(expected)} texts")
    plain, clip = Tokenizer.from_file(str(FOLDER / "tokenizer.json")), CLIPTokenizer.from_pretrained(str(FOLDER))
    for text in texts_of(made)[: made["count"]]:
        assert plain.encode(text).ids == clip(text).input_ids, repr(text)
    assert clip.decode(clip("a red planet").input_ids, skip_special_tokens=True).strip() == "a red planet"
    print("tokenizers.Tokenizer gives the same ids; CLIPTokenizer decodes them")
    assert shuffled(made) == mixed and saved() == (FOLDER / "saved.json").read_text(encoding="utf-8")
    print("shuffled merges give the committed ids; CLIPTokenizer saves the committed file")
    check_padding()


def check_padding():
    """A run goes on in PyTorch with the ids of CLIPTokenizer where that fills texts up with "!"."""
    folder = FOLDER.parent / "models" / "padded"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    prompts = Prompts((folder / "whole" / "tokenizer.json").read_text(encoding="utf-8"), len(expected["ids"][0]))
    assert prompts.encode(expected["texts"]).tolist() == expected["ids"]
    print("the captions of a step have CLIPTokenizer's ids, filled up with its padding token")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Ids of 10,000 texts by transformers.")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--show", type=int)
    arguments = parser.parse_args()
    made = source()
    if arguments.check:
        committed = json.loads((FOLDER / "texts.json").read_text(encoding="utf-8"))
        check(committed)
        sys.exit()
    from transformers import CLIPTokenizerFast

    clip = CLIPTokenizerFast.from_pretrained(str(FOLDER))
    if arguments.show is not None:
        text = texts_of(made)[arguments.show]
        print(ascii(text[:200]), clip(text).input_ids[:200], clip.tokenize(text)[:200], sep="\n")
        sys.exit()
    (FOLDER / "texts.json").write_text(json.dumps(made, ensure_ascii=True, separators=(",", ":")) + "\n", encoding="utf-8")
    (FOLDER / "ids.bin").write_bytes(all_digests(clip, made).tobytes())
    (FOLDER / "saved.json").write_text(saved(), encoding="utf-8")
