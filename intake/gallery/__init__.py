"""Audience: the public, and the pages of others that embed approved clips."""
