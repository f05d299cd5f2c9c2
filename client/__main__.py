"""`python -m client` is `amana`."""

import sys

from client.cli import main

sys.exit(main())
