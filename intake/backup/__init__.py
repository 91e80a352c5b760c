"""`intake backup` and `intake restore`: a copy of the service in a folder, and the service from such a copy.

`folder` is the only place that knows what the folder looks like, `taking` fills it, `restoring` reads it, `checking`
compares it with what it says of itself. Killed anywhere, the backups that were there before are as good as they were.
"""

from typing import Final

KEPT: Final = 7
"""How many backups are kept by default: a week of daily ones. So long the rows of who took their video back live on."""
