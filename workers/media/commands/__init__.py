"""The only place that writes arguments for ffmpeg and ffprobe; nothing else imports ffmpeg-python.

ffmpeg-python builds the lists and runs nothing: it knows no deadline. Everything reads `file:/in/src` and writes fixed
names below `/out`, so nothing a sender chose is ever an argument.
"""
