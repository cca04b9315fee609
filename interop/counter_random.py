"""The random numbers of src/random.ts in numpy: Philox 4x32-10 words and the written-out inverse normal.

Same words bit for bit, same normals within 1e-6. The layout of key and counter is the table in src/random.ts.
Run as a script it writes test/fixtures/random.json, which holds the TypeScript to this file and to scipy.
"""

import numpy as np

STREAMS = {
    "initialWeights": 0,
    "noise": 1,
    "timesteps": 2,
    "order": 3,
    "flips": 4,
    "captionDropout": 5,
    "samples": 6,
    "drawing": 7,
    "crops": 8,
    "colours": 9,
    "captions": 10,
    "prompts": 11,
    "attributes": 12,
}

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)


def philox(counter, key):
    """philox4x32_10 of Random123. counter [N, 4] and key [2] of u32 -> [N, 4] of u32."""
    c = [np.asarray(counter, np.uint64)[:, i] for i in range(4)]
    k0, k1 = int(key[0]), int(key[1])
    for _ in range(10):
        product0, product2 = _M0 * c[0], _M1 * c[2]
        c = [
            (product2 >> _32) ^ c[1] ^ np.uint64(k0),
            product2 & _LOW,
            (product0 >> _32) ^ c[3] ^ np.uint64(k1),
            product0 & _LOW,
        ]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack(c, axis=1).astype(np.uint32)


def random_words(seed, step, stream, count, start=0):
    """u32 [count] at indices start..start + count - 1 of (seed, step, stream)."""
    first = start // 4
    blocks = -(-(start + count) // 4) - first
    counter = np.zeros((blocks, 4), np.uint64)
    counter[:, 0] = np.arange(first, first + blocks)
    counter[:, 1] = step
    return philox(counter, (seed, stream)).reshape(-1)[start - 4 * first :][:count]


def uniform_below(seed, step, stream, below, count, start=0):
    """Integers in [0, below): floor(word * below / 2^32)."""
    words = random_words(seed, step, stream, count, start).astype(np.uint64)
    return ((words * np.uint64(below)) >> _32).astype(np.uint32)


def uniforms(seed, step, stream, count, start=0):
    """float32 in [0, 1): the upper 24 bits."""
    words = random_words(seed, step, stream, count, start)
    return (words >> np.uint32(8)).astype(np.float32) * np.float32(2**-24)


def _horner(r, *coefficients):
    total = np.float32(coefficients[0])
    for c in coefficients[1:]:
        total = total * r + np.float32(c)
    return total


def _minus_log24(n):
    """-ln(n 2^-24) in float32, n an integer in 1..2^24 - 1: exponent split and atanh series."""
    one = np.float32(1)
    mantissa, exponent = np.frexp(n.astype(np.float32))  # in [1/2, 1)
    m, exponent = mantissa * np.float32(2), exponent - 1
    large = m > np.float32(np.sqrt(2))
    m = np.where(large, m * np.float32(0.5), m)
    exponent = exponent + large
    s = (m - one) / (m + one)
    series = _horner(s * s, 1 / 9, 1 / 7, 1 / 5, 1 / 3, 1)
    return (24 - exponent).astype(np.float32) * np.float32(np.log(2)) - np.float32(2) * s * series


def inverse_normal(words):
    """
    float32 normal quantiles of p = ((word >> 9) + 1/2) 2^-23: PPND7 of AS241 (Wichura 1988), all in float32.
    """
    odd = 2 * (np.asarray(words, np.uint32) >> np.uint32(9)).astype(np.int64) + 1
    q = (odd - 0x800000).astype(np.float32) * np.float32(2**-24)
    r = np.float32(0.180625) - q * q
    centre = (
        q
        * _horner(r, 59.10937472, 159.29113202, 50.434271938, 3.3871327179)
        / _horner(r, 67.1875636, 78.757757664, 17.895169469, 1)
    )
    r = np.sqrt(_minus_log24(np.where(q < 0, odd, 0x1000000 - odd))) - np.float32(1.6)
    tail = _horner(r, 0.17023821103, 1.3067284816, 2.75681539, 1.4234372777) / _horner(r, 0.120211297, 0.737001642, 1)
    return np.where(np.abs(q) <= 0.425, centre, np.copysign(tail, q)).astype(np.float32)


def normals(seed, step, stream, count, start=0):
    """float32 [count] standard normals at indices start..start + count - 1."""
    return inverse_normal(random_words(seed, step, stream, count, start))


def words_at(seed, step, stream, indices):
    """u32 [N] at any indices [N] of (seed, step, stream)."""
    indices = np.asarray(indices, np.uint64)
    counter = np.zeros((len(indices), 4), np.uint64)
    counter[:, 0] = indices >> np.uint64(2)
    counter[:, 1] = step
    return philox(counter, (seed, stream))[np.arange(len(indices)), (indices & np.uint64(3)).astype(np.int64)]


def permuted_indices(seed, epoch, count, positions):
    """
    The pictures (0..count - 1) at `positions` [N] of the epoch's shuffled order. A Feistel network over the
    next power of two, applied again until the result is below `count`.
    """
    bits = (count - 1).bit_length()
    low_bits = (bits + 1) >> 1
    low_mask, high_mask = 2**low_bits - 1, 2 ** (bits - low_bits) - 1

    def word(step, half):
        return words_at(seed, epoch, STREAMS["order"], step << 16 | half).astype(np.int64)

    places = np.array(positions, np.int64)
    walking = np.arange(len(places))
    while len(walking) > 0:
        low, high = places[walking] & low_mask, places[walking] >> low_bits
        for step in range(0, 24, 2):
            low ^= word(step, high) & low_mask
            high ^= word(step + 1, low) & high_mask
        places[walking] = high << low_bits | low
        walking = walking[places[walking] >= count]
    return places


def _fixture():
    import scipy
    from scipy.special import ndtri

    draws = [(0, 0, 0, 0, 9), (7, 1, 1, 3, 10), (4294967295, 4294967295, 6, 4294967280, 16), (12345, 99, 2, 1001, 7)]
    # Values over the whole range, both ends, both sides of the seam at |p - 1/2| = 0.425.
    seams = [round((0.5 + side * edge) * 2**23) for side in (-1, 1) for edge in (0.4249999, 0.4250001)]
    bits = sorted({0, 1, 2, 3, 10, 100, 1000, 2**22 - 1, 2**22, 2**23 - 1, 2**23 - 2, *seams, *range(0, 2**23, 2**17 + 1)})
    words = np.array([b << 9 for b in bits], np.uint32)
    return {
        "madeBy": f"interop/counter_random.py, numpy {np.__version__}, scipy {scipy.__version__}",
        "draws": [
            {
                "seed": seed,
                "step": step,
                "stream": stream,
                "start": start,
                "words": random_words(seed, step, stream, count, start).tolist(),
                "below1000": uniform_below(seed, step, stream, 1000, count, start).tolist(),
                "uniforms": uniforms(seed, step, stream, count, start).tolist(),
                "normals": normals(seed, step, stream, count, start).tolist(),
            }
            for seed, step, stream, start, count in draws
        ],
        "quantiles": {
            "words": words.tolist(),
            "float32": inverse_normal(words).tolist(),
            "scipy": ndtri((np.array(bits) + 0.5) * 2.0**-23).tolist(),
        },
        "orders": [
            {"seed": seed, "epoch": epoch, "count": count, "order": permuted_indices(seed, epoch, count, range(count)).tolist()}
            for seed, epoch, count in [(0, 0, 1), (0, 1, 5), (7, 3, 33)]
        ],
    }


if __name__ == "__main__":
    import json
    from pathlib import Path

    target = Path(__file__).parent.parent / "test" / "fixtures" / "random.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(_fixture()) + "\n")
