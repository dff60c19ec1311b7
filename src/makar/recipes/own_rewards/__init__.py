"""A user's own rewards: functions in files of theirs, or given by a Python program.

``spec`` reads how one is named, ``code`` its file and ``trust`` whether it may run; ``contract`` is
what it may answer, ``parcel`` how works are shown to it, ``surroundings`` what it leaves as it
was, and ``call`` all of that together. A file's functions run in a process of their own: ``worker``
is this side of it, ``serving`` and ``module`` the other. ``loading`` makes a reward part of one.
"""
