"""The only place that runs a program on a file a stranger sent.

Everything a sender uploads is hostile, and the ffmpeg that Debian ships has public holes (CVE-2026-8461 among them), so
options are hygiene and this is the control. A tool sees `/usr`, one input file and one output folder; it has no
network, no second process, no environment, bounded memory, processor time and output, a deadline, and it dies with us.
"""

from workers.media.sandbox.running import MAX_STDOUT_BYTES, Sandbox
from workers.media.sandbox.terms import OUTPUT, SOURCE, Level, Limits, ToolOutput, ToolRun

__all__ = ["MAX_STDOUT_BYTES", "OUTPUT", "SOURCE", "Level", "Limits", "Sandbox", "ToolOutput", "ToolRun"]
