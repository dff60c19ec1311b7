"""``python -m makar`` is ``makar``."""

from makar.cli import main

if __name__ == "__main__":
    main()
