"""The trees that the builder's figures are measured with: the same bytes, modes and times on every run."""
import os
import random
from pathlib import Path

TIME = 1_700_000_000
MIB = 1 << 20


class Text:
    """Prose of a made-up language: words of uneven frequency, so that it compresses as text does."""

    def __init__(self, seed, size):
        rng = random.Random(seed)
        words = ["".join(rng.choices("etaoinshrdlucmfw", k=rng.randint(2, 10))) for _ in range(4000)]
        weights = [1 / (rank + 3) for rank in range(len(words))]
        parts, length = [], 0
        while length < size:
            parts.append(" ".join(rng.choices(words, weights, k=4096)).replace(" e", "\ne") + "\n")
            length += len(parts[-1])
        self.bytes = "".join(parts).encode()[:size]


def write(path, pieces, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.writelines(pieces)
    os.chmod(path, mode)
    os.utime(path, (TIME, TIME))


def context(folder, dockerfile):
    write(folder / "Dockerfile", [dockerfile.encode()])
    return folder


def small(folder, count=50_000):
    """`count` files of 1 to 8 KiB, a hundred to a folder, seven in ten of them text."""
    folder, rng = Path(folder), random.Random(1)
    text, noise = Text(2, 8 * MIB).bytes, random.Random(3).randbytes(8 * MIB)
    for number in range(count):
        size, source = rng.randint(1024, 8192), noise if rng.random() < 0.3 else text
        start = rng.randrange(len(source) - size)
        place = folder / f"tree/d{number // 2500:02}/e{number // 100 % 25:02}/f{number % 100:03}.dat"
        write(place, [source[start:start + size]], 0o755 if number % 20 == 0 else 0o644)
    return context(folder, "FROM scratch\nCOPY tree /opt/tree\n")


def large(folder, size=256 * MIB):
    """Four files of `size` bytes: two of noise, two of text that begins anew at another place every 64 MiB."""
    folder, rng = Path(folder), random.Random(4)
    text = Text(5, 64 * MIB).bytes
    for number in range(4):
        if number < 2:
            pieces = (rng.randbytes(4 * MIB) for _ in range(size // (4 * MIB)))
        else:
            starts = [rng.randrange(len(text)) for _ in range(size // len(text))]
            pieces = (part for start in starts for part in (text[start:], text[:start]))
        write(folder / f"data/{'noise' if number < 2 else 'text'}{number}.bin", pieces)
    return context(folder, "FROM scratch\nCOPY data /opt/data\n")
