"""The numbers by which a network learns the classes of its pictures, as in src/trainer/run-classes.ts: a run
numbers its classes once, and its checkpoints keep them. Not here: drawing all classes equally often
(even_classes.py), which pictures a step has (training_step.py).
"""

import numpy as np


class ClassesError(Exception):
    """The pictures are of other classes than the run; the message says what was expected and what came."""


def class_labels(run_classes, classes):
    """
    int64 [count]: of each picture the row of `class_embedding.weight` that it is learnt by. run_classes: the
    run's, each by its number; classes: of each picture, empty where it has none; None: the files do not say.
    Raises ClassesError where a picture is of none of the run's.
    """
    if classes is None:
        raise ClassesError("The network learns the class of every picture, and these do not say theirs: export them again from the page.")
    without = sum(name == "" for name in classes)
    if without or not classes:
        these = f"{without} of these {len(classes)}" if classes else "these"
        raise ClassesError(f"The network learns the class of every picture, and {these} have none.")
    numbers = {name: number for number, name in enumerate(run_classes)}
    unknown = next((name for name in classes if name not in numbers), None)
    if unknown is not None:
        shown = ", ".join(run_classes[:8]) + (", ..." if len(run_classes) > 8 else "")
        raise ClassesError(
            f"These pictures have a class {unknown!r}, and the run has none of that name: it began with {len(run_classes)}, {shown}. "
            "To the network another class would have the number of one of these."
        )
    return np.array([numbers[name] for name in classes], np.int64)
