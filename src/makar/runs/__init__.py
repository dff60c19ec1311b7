"""The run folder: checkpoints, ledger, report."""
