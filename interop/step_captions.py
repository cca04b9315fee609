"""The captions of a training step and their ids, the same as in src/text/step-captions.ts and
src/text/tokenizer.ts: one line of each picture's text, left out as often as the run's caption dropout says.
Not here: which pictures the step has (training_step.py).
"""

import re

import numpy as np

from counter_random import STREAMS, uniform_below, uniforms

# The text of the tokens that begin and end every prompt.
BEGIN, END = "<|startoftext|>", "<|endoftext|>"


def caption_lines(text):
    """The captions of one picture, a line of its text each."""
    return [line.strip() for line in re.split(r"[\r\n]+", text) if line.strip()]


def step_captions(config, global_step, first, texts):
    """
    One caption for each of `texts`, which begin at place `first` of the step; empty where it is dropped.
    """
    seed = config["seed"]
    # In float64, as JavaScript compares: the dropout as float32 is another number.
    dropped = uniforms(seed, global_step, STREAMS["captionDropout"], len(texts), first).astype(np.float64)
    chosen = []
    for i, text in enumerate(texts):
        lines = caption_lines(text)
        if not lines or dropped[i] < config["captionDropout"]:
            chosen.append("")
            continue
        (line,) = uniform_below(seed, global_step, STREAMS["captions"], len(lines), 1, first + i)
        chosen.append(lines[line])
    return chosen


class Prompts:
    """Texts to ids by a tokenizer.json, for an encoder that reads `length` of them."""

    def __init__(self, tokenizer_json, length):
        from tokenizers import Tokenizer

        self._tokenizer, self._length = Tokenizer.from_str(tokenizer_json), length
        self._begin, self._end = (self._tokenizer.token_to_id(token) for token in (BEGIN, END))
        # Stable Diffusion 2's tokenizer fills texts up with "!", and its file says so.
        self._pad = (self._tokenizer.padding or {}).get("pad_id", self._end)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def encode(self, texts):
        """int64 [N, length]: begin, words, end, then the padding. A longer text is cut."""
        ids = np.full((len(texts), self._length), self._pad, np.int64)
        for row, text in zip(ids, texts):
            words = self._tokenizer.encode(_without_specials(text), add_special_tokens=False).ids[: self._length - 2]
            row[: 2 + len(words)] = [self._begin, *words, self._end]
        return ids


def _without_specials(text):
    """A space in the place of the special tokens: they are no words of a text."""
    return re.sub(re.escape(BEGIN), " ", text.replace(END, " "), flags=re.IGNORECASE | re.ASCII)
