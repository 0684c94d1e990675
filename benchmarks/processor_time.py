"""Processor seconds of programs while they run, by what their threads do: Linux's /proc, looked at every half second."""

import collections
import glob
import os
import threading
import time

TICK = os.sysconf("SC_CLK_TCK")
# Beginnings of HotSpot's thread names, which live as long as the program. What others do is the rest: ours live for a unit of work, so
# that most of what they do is never seen.
GROUPS = (("compiler", ("C1 ", "C2 ", "Sweeper")), ("collector", ("GC ", "G1 ", "VM Thread")))
REST = "rest"


def group(name):
    return next((group for group, beginnings in GROUPS if name.startswith(beginnings)), None)


class Sampler:
    """Follows programs and what they start. What happens after the last look at one is not seen."""

    def __init__(self, roots):
        self.roots = roots  # name -> process number
        self.ran = {}  # process -> (program, {group: seconds})
        self.looks = []  # (time, seconds of the whole machine, {(program, group): seconds})
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.follow, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *failure):
        self.done.set()
        self.thread.join()

    def follow(self):
        while not self.done.wait(0.5):
            self.look()

    def look(self):
        children = collections.defaultdict(list)
        for path in glob.glob("/proc/[0-9]*/stat"):
            fields = stat(path)
            if fields:
                children[int(fields[2])].append(int(path.split("/")[2]))
        for name, root in self.roots.items():
            self.process(name, root)
            below = list(children[root])
            while below:
                one = below.pop()
                self.process(f"executor of {name}" if is_executor(one) else name, one)
                below += children[one]
        sums = collections.defaultdict(float)
        for program, seconds in self.ran.values():
            for of, ran in seconds.items():
                sums[program, of] += ran
        self.looks.append((time.time(), machine(), sums))

    def process(self, name, number):
        fields = stat(f"/proc/{number}/stat")
        if not fields:
            return
        seconds = dict.fromkeys([of for of, _ in GROUPS], 0)
        for path in glob.glob(f"/proc/{number}/task/[0-9]*/stat"):
            thread = stat(path)
            if thread and group(thread[0]):
                seconds[group(thread[0])] += ran(thread)
        seconds[REST] = ran(fields) - sum(seconds.values())
        self.ran[number] = name, seconds

    def between(self, begin, end):
        """{(program, group): seconds} from one time to another, and what the rest of the machine ran meanwhile."""
        (_, all_then, then), (_, all_now, now) = (min(self.looks, key=lambda look: abs(look[0] - at)) for at in (begin, end))
        spent = {key: seconds - then.get(key, 0) for key, seconds in now.items()}
        return spent, all_now - all_then - sum(spent.values())


def is_executor(number):
    try:
        with open(f"/proc/{number}/cmdline", "rb") as file:
            return b"CoarseGrainedExecutorBackend" in file.read()
    except OSError:
        return False


def stat(path):
    """Name, then the fields behind it."""
    try:
        with open(path) as file:
            text = file.read()
        return [text[text.index("(") + 1 : text.rindex(")")], *text[text.rindex(")") + 2 :].split()]
    except OSError:
        return None


def ran(fields):
    """In user and kernel, of a thread, or of a process with all its threads that have ended."""
    return (int(fields[12]) + int(fields[13])) / TICK


def machine():
    """Processor seconds since the machine's start, of all its processes."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, irq, soft = map(int, file.readline().split()[1:8])
    return (user + nice + system + irq + soft) / TICK
