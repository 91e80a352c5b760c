"""The two buckets: what may be asked of them, under which keys, and what their errors mean."""
