"""What more of everything costs: `make bench-scale`.

__main__     the whole of it, in ten minutes; its report
workers      200 clips wait: what one, two, four quick workers do in an hour, beside the bare work
claims       writes down, in the database itself, when a job was taken
rows         10,000 jobs, 100,000 submissions: what claiming, a pass and a sweep of the dispatcher take
neighbours   50 encodes wait and run: how long a sender waits for a verdict beside them
"""
