"""The only way in: ``sharesafe``, ``python -m app`` and the bundles start here.

Kept free of imports: worker processes of an installed script import this module first.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and exits with its code."""
    from multiprocessing import freeze_support

    freeze_support()  # in a bundle, worker processes are this program started again
    from app.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
