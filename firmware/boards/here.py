"""The Board of the platform that this runs on. Holds nothing else."""

import sys

if sys.platform == "linux":
    from boards.unix import Board as Board
elif sys.platform == "rp2":
    from boards.rp2 import Board as Board
elif sys.platform == "esp32":
    from boards.esp32 import Board as Board
else:
    raise SystemExit("no board file for " + sys.platform)
