#!/usr/bin/env python3
"""Writes the operator graph of a training step of a chain of LAYERS: forward, loss, backward; every activation is read again on the way back.

usage: make_training_graph.py LAYERS OUT.json [SEED]
"""
import json
import random
import sys


def main():
    layers = int(sys.argv[1])
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    size = lambda: rng.randrange(50, 400) * 64
    tensors, ops, activations = [{"bytes": size()}], [], [0]
    for _ in range(layers):
        tensors.append({"bytes": size()})
        ops.append({"kind": "conv", "in": [activations[-1]], "out": [len(tensors) - 1]})
        activations.append(len(tensors) - 1)
    tensors.append({"bytes": 64})
    gradient = len(tensors) - 1
    ops.append({"kind": "loss", "in": [activations[-1]], "out": [gradient]})
    for i in range(layers, 0, -1):
        tensors.append({"bytes": tensors[activations[i - 1]]["bytes"]})
        ops.append({"kind": "grad", "in": sorted({gradient, activations[i], activations[i - 1]}), "out": [len(tensors) - 1]})
        gradient = len(tensors) - 1
    with open(sys.argv[2], "w") as file:
        json.dump({"name": f"train{layers}", "tensors": tensors, "ops": ops}, file)


if __name__ == "__main__":
    main()
