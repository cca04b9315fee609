"""A run's pictures, captions and classes in Python: the zip or folder that the page exports (000000.png,
000000.txt, ... and dataset.json), or any folder of images, cut to squares. Not here: which pictures a step
takes (training_step.py).
"""

import hashlib
import io
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

_IMAGES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"}
_CHUNK_BYTES = 4 * 1024 * 1024


class PicturesError(Exception):
    """The pictures cannot be used; the message says what was expected and what came."""


@dataclass(frozen=True)
class Pictures:
    rgb: np.ndarray  # uint8 [count, size, size, 3], in the set's own order
    captions: list  # of each picture; empty where it has none
    classes: list | None  # of each picture, empty where it has none; None: the files do not say
    stamp: dict  # the checkpoint's `dataset`: name, title, count, size, fingerprint, perhaps words
    exported: bool  # by the page: name and fingerprint are those of the page


def read_pictures(path, size):
    """All pictures at size x size pixels. Raises PicturesError."""
    files = _zip_files(path) if zipfile.is_zipfile(path) else _folder_files(Path(path))
    about = next((read for name, read in files if name.endswith("dataset.json")), None)
    images = sorted(((name, read) for name, read in files if Path(name).suffix.lower() in _IMAGES), key=lambda one: one[0])
    texts = {name.removesuffix(".txt"): read for name, read in files if name.endswith(".txt")}
    if not images:
        raise PicturesError(f"{path}: expected pictures ({', '.join(sorted(_IMAGES))}), got none")
    rgb = np.stack([_square(name, read, size, exact=about is not None) for name, read in images])
    captions = [_caption(texts.get(name.removesuffix(Path(name).suffix))) for name, _ in images]
    if about is None:
        return Pictures(rgb, captions, None, _stamp_of(rgb, Path(path).name), exported=False)
    told = json.loads(about())
    stamp = {key: value for key, value in told.items() if key in ("name", "title", "count", "size", "fingerprint", "words")}
    if stamp["count"] != len(rgb) or stamp["size"] != size:
        raise PicturesError(f"{path}: expected {stamp['count']} pictures of {stamp['size']}, got {len(rgb)}, wanted {size}")
    return Pictures(rgb, captions, told.get("classes"), stamp, exported=True)


def _caption(read):
    """The text of a caption's file: 000000.txt beside 000000.png. Empty without a file."""
    return read().decode("utf-8", "replace").strip() if read else ""


def _zip_files(path):
    archive = zipfile.ZipFile(path)
    return [(name, lambda name=name: archive.read(name)) for name in archive.namelist() if not name.endswith("/")]


def _folder_files(folder):
    if not folder.is_dir():
        raise PicturesError(f"{folder}: expected a folder or a zip of pictures, got {'another file' if folder.exists() else 'nothing'}")
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [(path.relative_to(folder).as_posix(), path.read_bytes) for path in files]


def _square(name, read, size, exact):
    """
    uint8 [size, size, 3]: the largest square in the middle, resized with an area filter. `exact`: refuses
    others.
    """
    try:
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(read()))).convert("RGB")
    except Exception as error:
        raise PicturesError(f"{name}: expected an image, got {error}") from error
    if exact and image.size != (size, size):
        raise PicturesError(f"{name}: expected {size} x {size} pixels, got {image.size[0]} x {image.size[1]}")
    if image.size != (size, size):
        image = ImageOps.fit(image, (size, size), Image.Resampling.BOX)
    return np.asarray(image, np.uint8)


def _stamp_of(rgb, title):
    """
    The set's `dataset` entry. Fingerprint as in src/data/fingerprint.ts: SHA-256 over digests of 4 MiB, then
    a label.
    """
    pixels = rgb.tobytes()
    digests = [hashlib.sha256(pixels[at : at + _CHUNK_BYTES]).digest() for at in range(0, len(pixels), _CHUNK_BYTES)]
    count, size = rgb.shape[:2]
    fingerprint = hashlib.sha256(b"".join(digests) + f"{count} x {size}".encode()).hexdigest()
    clean = re.sub(r"[^\x20-\x7e]", "", title)[:120] or "Pictures"
    return {"name": f"own-{fingerprint[:8]}", "title": clean, "count": count, "size": size, "fingerprint": fingerprint}
