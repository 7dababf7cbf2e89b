#!/usr/bin/env python
"""A yardstick: smtplib alone, ready bytes, no database.

    python benchmarks/ready.py --messages 5000 --smtp 127.0.0.1:2525 [--connections 4]

Two processes, each with so many connections in threads; every letter is the same 2 KB. Prints
one JSON line as `send.py` does.
"""
import argparse
import json
import multiprocessing
import smtplib
import threading
import time

PROCESSES = 2
LETTER = ("From: shop@example.com\r\nTo: client@example.com\r\nSubject: News of the week\r\n\r\n"
          + "Fresh bread every morning, and a cake on Fridays.\r\n" * 40).encode("ascii")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--smtp", required=True, metavar="HOST:PORT")
    parser.add_argument("--connections", type=int, default=4, help="of each process")
    return parser.parse_args()


def connection(address, letters):
    """Send so many letters over one connection."""
    with smtplib.SMTP(*address) as server:
        for number in range(letters):
            server.sendmail("shop@example.com", [f"client{number}@example.com"], LETTER)


def process(address, connections, letters, gate):
    threads = [threading.Thread(target=connection, args=(address, letters // connections))
               for _ in range(connections)]
    gate.wait()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    options = arguments()
    host, _, port = options.smtp.rpartition(":")
    gate = multiprocessing.Barrier(PROCESSES + 1)
    workers = [multiprocessing.Process(target=process, args=(
        (host, int(port)), options.connections, options.messages // PROCESSES, gate))
        for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    gate.wait()
    started = time.perf_counter()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - started
    sent = options.messages // PROCESSES // options.connections * options.connections * PROCESSES
    print(json.dumps({"messages": sent, "send_s": round(seconds, 3),
                      "rate": round(sent / seconds, 1)}))


if __name__ == "__main__":
    main()
