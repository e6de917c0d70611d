"""`python -m tui` is `stagewatch`."""

from tui.main import main

raise SystemExit(main())
