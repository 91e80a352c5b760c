"""The figures: what a programme manager asks for, drawn without scripts, and as tables to take away."""
