"""`intake doctor`: what is wrong with the service, part by part, and how to mend it.

Each module has one part: what it looks at (`look`), and what that means (`judge`: pure, and the only place for its
words). `asking` runs them all at once, each with a deadline; `examination` is the list of them.
"""
