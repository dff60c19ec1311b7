"""How a run is put together: what a domain declares, settings, rewards, pre-training, opening.

``domain`` and ``registry`` are the interface to domains; ``settings`` and ``loading`` what a user
can say; ``preparation``, ``pretrained``, ``weighting`` and ``bonuses`` what recipes share;
``creator`` is what they come to, and ``trained_run`` opens it again.
"""
