#!/usr/bin/env python3
"""Measures procrastinate and pgqueuer as postgres-bench measures ours: postgres_peers.py PEER SECTION URL [key=value...]

Sections: enqueue (callers=N at once on 8 connections), cycle (callers put in jobs for so many seconds while one worker process
gets through them: the time until the last is done), drain (workers=N jobs at once in one worker process) and latency (one worker
process that is told by NOTIFY). Commits wait for the disk, as they do for ours.
"""
import asyncio
import logging
import mmap
import os
import struct
import subprocess
import sys
import tempfile
import time

SLOTS = 200_000
logging.disable(logging.CRITICAL)


class Starts:
    """When each job started, in a file that both processes see. 0 means not yet."""

    def __init__(self, path):
        if not os.path.exists(path):
            with open(path, "wb") as file:
                file.truncate(8 * SLOTS)
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), 8 * SLOTS)

    def note(self, job):
        struct.pack_into("<d", self.map, 8 * job, time.monotonic())

    def get(self, job):
        return struct.unpack_from("<d", self.map, 8 * job)[0]

    def all(self, count):
        return [start for start in struct.unpack_from(f"<{count}d", self.map) if start]


class Procrastinate:
    def __init__(self, url, starts):
        import procrastinate

        self.app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=8))

        @self.app.task(name="job", queue="default")
        async def job(number):
            starts.note(number)

        self.task = job

    async def open(self, fresh):
        await self.app.open_async()
        if fresh:
            await self.app.schema_manager.apply_schema_async()

    async def close(self):
        await self.app.close_async()

    async def put(self, job):
        await self.task.defer_async(number=job)

    async def work(self, workers):
        await self.open(False)
        print("READY", flush=True)
        await self.app.run_worker_async(concurrency=workers, wait=True, install_signal_handlers=False)


class PgQueuer:
    def __init__(self, url, starts):
        self.url, self.starts = url, starts

    async def open(self, fresh):
        import asyncpg
        from pgqueuer.db import AsyncpgPoolDriver
        from pgqueuer.queries import Queries

        self.pool = await asyncpg.create_pool(self.url, min_size=1, max_size=8)
        self.queries = Queries(AsyncpgPoolDriver(self.pool))
        if fresh:
            await self.queries.install()

    async def close(self):
        await self.pool.close()

    async def put(self, job):
        await self.queries.enqueue("job", str(job).encode())

    async def work(self, workers):
        import asyncpg
        from datetime import timedelta
        from pgqueuer import PgQueuer as Queue
        from pgqueuer.db import AsyncpgDriver

        queue = Queue(AsyncpgDriver(await asyncpg.connect(self.url)))

        @queue.entrypoint("job")
        async def job(job):
            self.starts.note(int(job.payload))

        print("READY", flush=True)
        # It has no number of workers; a batch is what it takes at once. Its documentation's ten for one of ours.
        await queue.run(batch_size=10 * workers, dequeue_timeout=timedelta(seconds=5))


PEERS = {"procrastinate": Procrastinate, "pgqueuer": PgQueuer}


class Worker:
    """This script once more, working until stopped."""

    def __init__(self, peer, url, slots, workers):
        command = [sys.executable, os.path.abspath(__file__), peer, "work", url, slots, str(workers)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if not self.process.stdout.readline().startswith("READY"):
            raise SystemExit(f"The worker of {peer} did not start.")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def figures(peer, section, condition, per_second, waits):
    words = [peer, section, condition]
    if per_second:
        words.append(f"per_s={per_second:.0f}")
    waits = sorted(waits)
    if waits:
        words += [f"p{part}_us={waits[(len(waits) - 1) * part // 100] * 1e6:.0f}" for part in (50, 99)]
    print(*words, flush=True)


async def put_for(queue, callers, seconds):
    """So many callers put jobs in until the time is over. Answers each one's duration."""
    numbers, waits, end = iter(range(SLOTS)), [], time.monotonic() + seconds

    async def caller():
        while time.monotonic() < end:
            number, begin = next(numbers), time.monotonic()
            await queue.put(number)
            waits.append(time.monotonic() - begin)

    await asyncio.gather(*(caller() for _ in range(callers)))
    return waits


async def until(starts, count, limit=60):
    end = time.monotonic() + limit
    while len(starts.all(count)) < count and time.monotonic() < end:
        await asyncio.sleep(0.02)
    return starts.all(count)


async def measure(peer, section, url, settings):
    folder = tempfile.mkdtemp()
    slots = os.path.join(folder, "slots")
    starts = Starts(slots)
    queue = PEERS[peer](url, starts)
    await queue.open(True)
    seconds = settings.get("seconds", 3)
    if section == "enqueue":
        callers, begin = settings.get("callers", 1), time.monotonic()
        waits = await put_for(queue, callers, seconds)
        figures(peer, section, f"callers={callers}", len(waits) / (time.monotonic() - begin), waits)
    elif section == "cycle":
        callers = settings.get("callers", 8)
        with Worker(peer, url, slots, settings.get("workers", 8)):
            begin = time.monotonic()
            put = len(await put_for(queue, callers, seconds))
            done = await until(starts, put)
            figures(peer, section, f"callers={callers}", len(done) / (max(done) - begin), [])
    elif section == "drain":
        workers, jobs = settings.get("workers", 1), settings.get("jobs", 3_000)
        for first in range(0, jobs, 50):
            await asyncio.gather(*(queue.put(number) for number in range(first, min(first + 50, jobs))))
        with Worker(peer, url, slots, workers):
            done = await until(starts, jobs)
        figures(peer, section, f"workers={workers}", (len(done) - 1) / (max(done) - min(done)), [])
    else:
        waits = []
        with Worker(peer, url, slots, 1):
            await asyncio.sleep(1)
            for number in range(settings.get("jobs", 60)):
                begin = time.monotonic()
                await queue.put(number)
                while not starts.get(number) and time.monotonic() < begin + 8:
                    await asyncio.sleep(0.0005)
                waits.append((starts.get(number) or begin + 8) - begin)
                await asyncio.sleep(0.025)
        figures(peer, section, "workers=1", None, waits)
    await queue.close()


def main():
    peer, section, url = sys.argv[1:4]
    if section == "work":
        asyncio.run(PEERS[peer](url, Starts(sys.argv[4])).work(int(sys.argv[5])))
    else:
        settings = {key: int(value) for key, value in (word.split("=", 1) for word in sys.argv[4:])}
        asyncio.run(measure(peer, section, url, settings))


if __name__ == "__main__":
    main()
