"""``python -m tsfm_gate``, the same program as ``tsfm-gate``."""

import sys

from tsfm_gate._cli import run

if __name__ == "__main__":
    sys.exit(run())
