#!/usr/bin/env python3
"""Measures Python queues as queue-bench measures ours: peers.py PEER SECTION FOLDER [key=value...]

Sections: enqueue (callers=N threads), cycle (one caller puts in, takes and finishes one job after the other), drain and
latency (one worker process), crash (a worker is killed while it runs a job; does the next one run it?). Each peer but
litequeue-normal waits for the disk at every commit.

litequeue         made durable by what it offers: synchronous=FULL, and a worker that starts gives back what is locked
persist-queue     its SQLiteAckQueue, as it comes: taken, then acknowledged; a process that starts takes back the rest
huey              SqliteHuey with fsync: forgets a job when a worker takes it
litequeue-normal  as it comes: synchronous=NORMAL, and what a dead worker had stays locked
"""
import logging
import mmap
import os
import struct
import subprocess
import sys
import threading
import time

PAYLOAD = {"file": "files/file_0190000000000000000000000000000000", "options": {"device": "auto", "task": "transcribe"}}
SLOTS = 100_000


class Starts:
    """When each job started, in a file that both processes see. 0 means not yet."""

    def __init__(self, path):
        if not os.path.exists(path):
            with open(path, "wb") as file:
                file.truncate(8 * SLOTS)
        self.hang = path + "-hang"
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), 8 * SLOTS)

    def note(self, job):
        struct.pack_into("<d", self.map, 8 * job, time.monotonic())
        while os.path.exists(self.hang):
            time.sleep(0.01)

    def forget(self, job):
        struct.pack_into("<d", self.map, 8 * job, 0)

    def get(self, job):
        return struct.unpack_from("<d", self.map, 8 * job)[0]


class Huey:
    """SqliteHuey with fsync. It forgets a job when a worker takes it: a crash loses the job."""

    def __init__(self, folder, starts):
        from huey import SqliteHuey

        logging.disable(logging.CRITICAL)
        self.huey = SqliteHuey("bench", filename=folder + "/huey.db", fsync=True)
        self.task = self.huey.task(name="job")(lambda job, payload: starts.note(job))

    def put(self, job):
        self.task(job, PAYLOAD)

    def take_and_finish(self):
        task = self.huey.dequeue()
        if task is None:
            return False
        self.huey.execute(task)
        return True

    def work(self):
        consumer = self.huey.create_consumer(
            workers=1, periodic=False, check_worker_health=False, initial_delay=0.005, max_delay=0.005
        )
        print("READY", flush=True)
        consumer.run()


class LiteQueue:
    """put, pop, done. It has no worker of its own, so a loop that asks every millisecond stands for one."""

    synchronous = "FULL"
    gives_back = True

    def __init__(self, folder, starts):
        self.path, self.starts, self.local = folder + "/lite.db", starts, threading.local()
        self.queue()

    def queue(self):
        from litequeue import LiteQueue as Queue

        if not hasattr(self.local, "queue"):
            self.local.queue = Queue(self.path)
            self.local.queue.conn.execute("PRAGMA busy_timeout = 10000")
            self.local.queue.conn.execute("PRAGMA synchronous = " + self.synchronous)
        return self.local.queue

    def put(self, job):
        self.queue().put(f"{job} {PAYLOAD}")

    def take_and_finish(self):
        message = self.queue().pop()
        if message is None:
            return False
        self.starts.note(int(message.data.split(" ", 1)[0]))
        self.queue().done(message.message_id)
        return True

    def work(self):
        if self.gives_back:
            # The only worker there is has just started: whoever locked these is dead.
            for message in list(self.queue().list_locked(0)):
                self.queue().retry(message.message_id)
        loop(self)


class LiteQueueNormal(LiteQueue):
    synchronous = "NORMAL"
    gives_back = False


class PersistQueue:
    """put, get, ack, with a loop that asks every millisecond as its worker."""

    def __init__(self, folder, starts):
        from persistqueue import SQLiteAckQueue

        self.starts = starts
        self.queue = SQLiteAckQueue(folder + "/persist", multithreading=True)

    def put(self, job):
        self.queue.put({"job": job, **PAYLOAD})

    def take_and_finish(self):
        from persistqueue import Empty

        try:
            item = self.queue.get(block=False, raw=True)
        except Empty:
            return False
        self.starts.note(item["data"]["job"])
        self.queue.ack(id=item["pqid"])
        return True

    def work(self):
        loop(self)


def loop(queue):
    print("READY", flush=True)
    while True:
        if not queue.take_and_finish():
            time.sleep(0.001)


PEERS = {"litequeue": LiteQueue, "persist-queue": PersistQueue, "huey": Huey, "litequeue-normal": LiteQueueNormal}


class Worker:
    """This script once more, working until stopped."""

    def __init__(self, peer, folder):
        command = [sys.executable, os.path.abspath(__file__), peer, "work", folder]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if not self.process.stdout.readline().startswith("READY"):
            raise SystemExit(f"The worker of {peer} did not start.")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def share(durations, part):
    ordered = sorted(durations)
    return ordered[int((len(ordered) - 1) * part)] * 1e6


def report(peer, section, conditions, figures):
    words = [peer, section] + [f"{k}={v}" for k, v in conditions.items()] + [f"{k}={v:.2f}" for k, v in figures.items()]
    print(" ".join(words), flush=True)


def measure_enqueue(peer, queue, settings, **_):
    callers, seconds = int(settings.get("callers", 1)), float(settings.get("seconds", 2))
    start = time.monotonic()
    waits = [[] for _ in range(callers)]

    def call(caller):
        # The number is only content here; jobs of several callers may share one.
        while (asked := time.monotonic()) < start + seconds:
            queue.put(len(waits[caller]) % SLOTS)
            waits[caller].append(time.monotonic() - asked)

    threads = [threading.Thread(target=call, args=(caller,)) for caller in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, every = time.monotonic() - start, [wait for caller in waits for wait in caller]
    figures = {"per_s": len(every) / took, "enqueue_p50_us": share(every, 0.5), "enqueue_p99_us": share(every, 0.99)}
    report(peer, "enqueue", {"callers": callers}, figures)


def measure_cycle(peer, queue, settings, **_):
    start, jobs = time.monotonic(), 0
    while time.monotonic() < start + float(settings.get("seconds", 2)):
        queue.put(jobs % SLOTS)
        if not queue.take_and_finish():
            raise SystemExit(f"{peer} lost a job.")
        jobs += 1
    report(peer, "cycle", {}, {"per_s": jobs / (time.monotonic() - start)})


def measure_drain(peer, queue, settings, folder, starts):
    jobs = int(settings.get("jobs", 4000))
    for job in range(jobs):
        queue.put(job)
    with Worker(peer, folder):
        limit = time.monotonic() + float(settings.get("limit", 10))
        while time.monotonic() < limit and not all(starts.get(job) for job in range(jobs)):
            time.sleep(0.02)
    times = [time_ for job in range(jobs) if (time_ := starts.get(job))]
    # One that does not get through in time is judged by what it did.
    report(peer, "drain", {"workers": 1}, {"per_s": (len(times) - 1) / (max(times) - min(times))})


def measure_latency(peer, queue, settings, folder, starts):
    jobs, waits = int(settings.get("jobs", 80)), []
    with Worker(peer, folder):
        time.sleep(0.5)
        for job in range(jobs):
            asked = time.monotonic()
            queue.put(job)
            while not starts.get(job):
                if time.monotonic() > asked + 10:
                    raise SystemExit(f"{peer} did not start a job within 10 seconds.")
                time.sleep(0.025)
            waits.append(starts.get(job) - asked)
    report(peer, "latency", {"backlog": "none"}, {"started_p50_us": share(waits, 0.5), "started_p99_us": share(waits, 0.99)})


def measure_crash(peer, queue, settings, folder, starts):
    """How long after the next worker's start the job of a killed one runs again; nan when it does not within some seconds."""
    open(starts.hang, "w").close()
    queue.put(0)
    with Worker(peer, folder) as worker:
        limit = time.monotonic() + 10
        while not starts.get(0):
            if time.monotonic() > limit:
                raise SystemExit(f"{peer} did not start a job within 10 seconds.")
            time.sleep(0.005)
        worker.process.kill()
        worker.process.wait()
    os.remove(starts.hang)
    starts.forget(0)
    again, begin = float("nan"), time.monotonic()
    with Worker(peer, folder):
        while time.monotonic() < begin + float(settings.get("limit", 3)) and not starts.get(0):
            time.sleep(0.01)
        if starts.get(0):
            again = (starts.get(0) - begin) * 1e3
    report(peer, "crash", {}, {"again_ms": again})


def main():
    if len(sys.argv) < 4 or sys.argv[1] not in PEERS:
        raise SystemExit(__doc__)
    peer, section, folder = sys.argv[1:4]
    settings = dict(word.split("=", 1) for word in sys.argv[4:])
    starts = Starts(folder + "/starts")
    queue = PEERS[peer](folder, starts)
    if section == "work":
        queue.work()
    else:
        globals()["measure_" + section](peer, queue, settings, folder=folder, starts=starts)


if __name__ == "__main__":
    main()
