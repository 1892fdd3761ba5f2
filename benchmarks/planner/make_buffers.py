#!/usr/bin/env python3
"""Writes a packing problem of N buffers as CSV: mostly short lives, some long, sizes over four decades; about WIDTH alive at a time.

usage: make_buffers.py N [SEED] [WIDTH]
"""
import random
import sys


def main():
    count = int(sys.argv[1])
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    width = int(sys.argv[3]) if len(sys.argv) > 3 else 40
    print("id,lower,upper,size")
    for i in range(count):
        start = i + rng.randrange(4)
        long_lived = rng.random() < 0.05
        life = 1 + int(rng.expovariate(1 / (width * (10 if long_lived else 0.5))))
        size = 64 * max(1, int(10 ** rng.uniform(0, 4)))
        print(f"{i},{start},{start + life},{size}")


if __name__ == "__main__":
    main()
