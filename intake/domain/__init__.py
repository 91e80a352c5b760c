"""The rules: plain Python, no framework, no driver, no input or output."""
