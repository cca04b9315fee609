"""Draws every class of a set equally often: a pure function of (seed, draw), the same as in
src/data/even-classes.ts. docs/agreement.md says it in words. Not here: the order in which every picture is
shown equally often (training_step.py).
"""

import numpy as np

from counter_random import permuted_indices


def class_groups(classes):
    """
    int64 arrays: the pictures of each class, rising; the classes in the order of their names, by UTF-16 as in
    JavaScript. classes: of each picture. None where there are fewer than two.
    """
    names = sorted(set(classes), key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    if len(names) < 2:
        return None
    return [np.flatnonzero([one == name for one in classes]) for name in names]


def even_order(seed, groups, draws):
    """The pictures of these draws; 0 is the run's first. The classes take turns."""
    return [_picture_of(seed, groups, draw) for draw in draws]


def _picture_of(seed, groups, draw):
    turn, number = divmod(draw, len(groups))
    group = groups[number]
    visit, place = divmod(turn, len(group))
    permutation = (visit * len(groups) + number) % 2**32
    return int(group[permuted_indices(seed, permutation, len(group), [place])[0]])
