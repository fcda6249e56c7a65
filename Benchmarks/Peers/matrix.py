"""What a product of matrices takes with NumPy: measured in here, one round for each line of input.

A line is a type and a size, and the seconds that a round may take at the end, as in `f64 1000 0.15`.
The answer is one line with what one product took: the seconds of CPU time, and the seconds that passed.

    printf 'f64 1000 0.15\ni32 1000 0.15\n' | OPENBLAS_NUM_THREADS=1 python3 matrix.py
"""

import sys
import time

import numpy

TYPES = {"f64": numpy.float64, "f32": numpy.float32, "i32": numpy.int32}


class Product:
    """The product of two random matrices, into the same third one again and again."""

    def __init__(self, name, size):
        random = numpy.random.default_rng(1)
        shape = (2, int(size), int(size))
        numbers = random.integers(-(2**31), 2**31, shape)
        if name != "i32":
            numbers = numbers / 2**31
        self.left, self.right = numbers.astype(TYPES[name])
        self.product = numpy.zeros_like(self.left)

    def run(self, count):
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(count):
            numpy.matmul(self.left, self.right, out=self.product)
        return time.process_time() - cpu, time.perf_counter() - wall


def suitable_count(work, seconds):
    """How often the work fits into a round; finding out warms it up."""
    count = 1
    while True:
        _, wall = work.run(count)
        if wall > seconds / 5:
            return max(1, int(count * seconds / wall))
        count *= 4


def main():
    works = {}
    for line in sys.stdin:
        *words, seconds = line.split()
        key = tuple(words)
        if key not in works:
            work = Product(*words)
            works[key] = work, suitable_count(work, float(seconds))
        work, count = works[key]
        cpu, wall = work.run(count)
        print(cpu / count, wall / count, flush=True)


if __name__ == "__main__":
    main()
