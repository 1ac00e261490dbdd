"""`postline …`, also `python -m postline …`."""

from __future__ import annotations

from postline.ops.cli import main

if __name__ == "__main__":
    main()
