"""What the pages of every audience need: routing, language, assets, headers, errors, health."""
