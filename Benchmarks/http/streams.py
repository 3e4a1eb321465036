"""Opens event streams and makes events, and measures how late each arrives: from before the request that makes it until it is read.

    streams.py PORT TOKEN TRANSCRIPTION CLIENTS EVENTS-PER-SECOND SECONDS
"""

import asyncio
import json
import sys
import time

import uvloop

PORT, TOKEN, JOB = int(sys.argv[1]), sys.argv[2], sys.argv[3]
CLIENTS, RATE, SECONDS = int(sys.argv[4]), float(sys.argv[5]), float(sys.argv[6])
MARK = b"event: transcription.updated\n"
sent, delays, connected = [], [], 0


class Stream(asyncio.Protocol):
    """Counts the events of one stream. The nth is the answer to the nth change."""

    def __init__(self, opened):
        self.opened, self.seen, self.tail = opened, 0, b""

    def connection_made(self, transport):
        transport.write(
            f"GET /api/v1/events?types=transcription.updated HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode()
        )

    def data_received(self, data):
        now = time.monotonic()
        data = self.tail + data
        if not self.opened.done() and b"event: snapshot" in data:
            self.opened.set_result(None)
        count = data.count(MARK)
        for _ in range(count):
            delays.append(now - sent[self.seen])
            self.seen += 1
        self.tail = data[-len(MARK) + 1:]
        # A mark that ends the data was counted and must not be counted again.
        if self.tail.find(MARK) >= 0:
            self.tail = b""


async def change(reader, writer, number):
    body = json.dumps({"title": f"title {number}"}).encode()
    sent.append(time.monotonic())
    writer.write(
        f"PATCH /api/v1/transcriptions/{JOB} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode() + body
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 200 " in head.split(b"\r\n")[0], head
    length = int(next(line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")))
    await reader.readexactly(length)


async def main():
    loop = asyncio.get_running_loop()
    opened = [loop.create_future() for _ in range(CLIENTS)]
    streams = []
    for start in range(0, CLIENTS, 100):
        for future in opened[start:start + 100]:
            streams.append(await loop.create_connection(lambda future=future: Stream(future), "127.0.0.1", PORT))
        await asyncio.gather(*opened[start:start + 100])
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    print("open", flush=True)
    begin = time.monotonic()
    for number in range(int(RATE * SECONDS)):
        await asyncio.sleep(max(0, begin + number / RATE - time.monotonic()))
        await change(reader, writer, number)
    deadline = time.monotonic() + 10
    while len(delays) < CLIENTS * len(sent) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    took = time.monotonic() - begin
    delays.sort()
    print(json.dumps({
        "delivered": len(delays), "expected": CLIENTS * len(sent), "seconds": took,
        "p50_ms": 1e3 * delays[len(delays) // 2], "p99_ms": 1e3 * delays[int(len(delays) * 0.99)], "max_ms": 1e3 * delays[-1],
    }))


uvloop.run(main())
