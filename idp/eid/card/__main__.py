"""`python -m idp.eid.card` is `immo-card`."""

import sys

from idp.eid.card.main import main

sys.exit(main())
