"""How good works are, beside people's, chance's and those that were chosen.

``rows`` is the table of a run's own report, ``seeds`` puts several runs of it together;
``assessment`` measures any sets of works with a domain's ``gauge``, ``sources`` says which,
``page`` writes it down; ``ablation`` leaves reward parts out one by one.
"""
