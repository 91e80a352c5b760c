"""Audience: people who send a video."""
