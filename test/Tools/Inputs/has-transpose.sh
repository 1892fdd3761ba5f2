#!/bin/sh
# Interesting (exit 1): the file holds a transposition.
if grep -q nn.transpose "$1"; then exit 1; fi
exit 0
