"""What is said of runs: verdicts, tables, curves and pages; runs side by side.

``report`` puts a run's page together from ``verdicts``, ``sentences``, ``table``, ``curves`` and
``works``; ``comparison``, ``tabulation`` and ``study_report`` look at several runs.
"""
