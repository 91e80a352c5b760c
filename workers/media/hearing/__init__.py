"""How a sound track is heard, given its samples: one module for each thing that can be wrong with it.

Nothing here knows files or ffmpeg. `meter.py` takes the samples as they come and keeps little; the others look at what
it kept. `levels.py`, one room up, runs the decode and puts the answers together.
"""
