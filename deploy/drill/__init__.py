"""The production shape, brought up for real: `make test-compose`.

__main__       reads the command line, tells the stories in their order, prints the table
first_clip     a telephone sends, a moderator approves, everybody watches, the sender takes it back
killing        each container is killed in turn, and none of what was under way is lost
keeping        a backup, what is erased after it, and an empty machine that is given the backup
elsewhere      database, Redis and S3 are somebody else's
upgrading      the commit before is replaced by this one in the middle of somebody's upload

steps          what was expected, what was seen, how long it took
installation   one copy of the service with secrets, ports and volumes of its own
engine         the only place that runs docker
phone          somebody's program that sends a video, and does not give up
desk           a moderator's browser as far as HTTP goes, for what a hundred clips would cost a real one
browsers       real ones, of a telephone's and of a desk's size
"""
