"""`python -m packshot`: the command line."""

from packshot.cli import main

if __name__ == "__main__":
    main()
