"""Runs one test function inside MicroPython: argv is the folder of tests, module, function, and its arguments."""

import sys

sys.path.append(".frozen")
sys.path.append(sys.argv[1])
getattr(__import__(sys.argv[2]), sys.argv[3])(*sys.argv[4:])
