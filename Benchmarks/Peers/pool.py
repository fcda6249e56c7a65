"""What Python's multiprocessing.Pool takes: measured in here, one round for each line of input.

A line is the name of a work, perhaps with numbers, and the seconds that a round may take at the
end, as in `map 64 20000 0.15`. The answer is one line with what one operation took: the seconds of
CPU time, of this process and its workers, and the seconds that passed.

    printf 'start fork 0.15\nstart spawn 0.15\napply 0.15\nmap 64 20000 0.15\n' | python3 pool.py
"""

import atexit
import glob
import multiprocessing
import resource
import sys
import time
from multiprocessing import shared_memory


def increment(number):
    return number + 1


def same(value):
    return value


def family_cpu():
    """The CPU time of this process, of its children, and of those that it has waited for."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = time.process_time() + ended.ru_utime + ended.ru_stime
    for path in glob.glob("/proc/self/task/*/children"):
        with open(path) as children:
            for child in children.read().split():
                try:
                    # How Linux numbers the CPU clock of another process: see clock_getcpuclockid(3).
                    cpu += time.clock_gettime(~int(child) << 3 | 2)
                except OSError:
                    pass
    return cpu


class Stopwatch:
    """Adds up what lies between `start` and `stop`."""

    def __init__(self):
        self.cpu = 0
        self.wall = 0

    def start(self):
        self.cpu -= family_cpu()
        self.wall -= time.perf_counter()

    def stop(self):
        self.wall += time.perf_counter()
        self.cpu += family_cpu()


class Start:
    """A pool of one worker, until its first reply; not its end."""

    size = 1

    def __init__(self, method):
        self.context = multiprocessing.get_context(method)

    def run(self, count, stopwatch):
        for _ in range(count):
            stopwatch.start()
            pool = self.context.Pool(1)
            pool.apply(increment, (1,))
            stopwatch.stop()
            pool.terminate()
            pool.join()


class Work:
    """Something that a pool of two workers does again and again."""

    def __init__(self):
        self.pool = multiprocessing.Pool(2)

    def run(self, count, stopwatch):
        stopwatch.start()
        for _ in range(count):
            self.do()
        stopwatch.stop()


class Apply(Work):
    size = 1

    def do(self):
        if self.pool.apply(increment, (1,)) != 2:
            sys.exit("apply gives something wrong")


class Map(Work):
    def __init__(self, chunk, size):
        super().__init__()
        self.chunk = int(chunk)
        self.size = int(size)

    def do(self):
        outputs = self.pool.map(increment, range(self.size), self.chunk)
        if outputs[-1] != self.size or len(outputs) != self.size:
            sys.exit("map gives something wrong")


class Bytes(Work):
    size = 1

    def __init__(self, size):
        super().__init__()
        self.data = bytes(int(size))

    def do(self):
        if len(self.pool.apply(same, (self.data,))) != len(self.data):
            sys.exit("the bytes do not come back")


def sum_pages(name):
    block = shared_memory.SharedMemory(name)
    total = sum(block.buf[::4096])
    block.close()
    return total


class Shared(Work):
    """A block of shared memory, of which another process reads each page."""

    size = 1

    def __init__(self, size):
        super().__init__()
        self.block = shared_memory.SharedMemory(create=True, size=int(size))
        self.block.buf[:] = bytes([1]) * int(size)
        atexit.register(self.block.unlink)

    def do(self):
        if self.pool.apply(sum_pages, (self.block.name,)) != self.block.size // 4096:
            sys.exit("the sum is wrong")


def echo(end):
    while True:
        try:
            end.send(end.recv())
        except EOFError:
            return


class Pipe:
    """A number there and back, through a pipe to another process."""

    size = 1

    def __init__(self):
        self.end, other = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=echo, args=(other,), daemon=True)
        self.process.start()

    def run(self, count, stopwatch):
        stopwatch.start()
        for number in range(count):
            self.end.send(number)
            if self.end.recv() != number:
                sys.exit("the pipe gives something wrong")
        stopwatch.stop()


def produce(queue, orders):
    while (count := orders.recv()) > 0:
        for number in range(count):
            queue.put(number)


class Queue:
    """A number from another process, through a queue."""

    size = 1

    def __init__(self):
        self.queue = multiprocessing.Queue(1024)
        self.orders, orders = multiprocessing.Pipe()
        arguments = (self.queue, orders)
        self.process = multiprocessing.Process(target=produce, args=arguments, daemon=True)
        self.process.start()

    def run(self, count, stopwatch):
        stopwatch.start()
        self.orders.send(count)
        for number in range(count):
            if self.queue.get() != number:
                sys.exit("the queue gives something wrong")
        stopwatch.stop()


def suitable_count(work, seconds):
    """How often the work fits into a round; finding out warms it up."""
    count = 1
    while True:
        stopwatch = Stopwatch()
        work.run(count, stopwatch)
        if stopwatch.wall > seconds / 5:
            return max(1, int(count * seconds / stopwatch.wall))
        count *= 4


def main():
    kinds = {
        "start": Start,
        "apply": Apply,
        "map": Map,
        "bytes": Bytes,
        "shared": Shared,
        "pipe": Pipe,
        "queue": Queue,
    }
    works = {}
    for line in sys.stdin:
        *words, seconds = line.split()
        key = tuple(words)
        if key not in works:
            work = kinds[words[0]](*words[1:])
            works[key] = work, suitable_count(work, float(seconds))
        work, count = works[key]
        stopwatch = Stopwatch()
        work.run(count, stopwatch)
        operations = count * work.size
        print(stopwatch.cpu / operations, stopwatch.wall / operations, flush=True)


if __name__ == "__main__":
    main()
