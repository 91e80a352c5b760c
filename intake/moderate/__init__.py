"""Audience: staff, who watch, judge, ask again and approve."""
