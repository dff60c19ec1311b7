"""One run: the session from beginning to end, its loop, more works of it, and their files.

``session`` carries a run out, ``loop`` is the body of its training; ``records`` puts works into the
ledger; ``sampling`` makes more of them, ``scoring`` judges what somebody brings, ``export`` writes
files, ``rewrite`` the report again.
"""
