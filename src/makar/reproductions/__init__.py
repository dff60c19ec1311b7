"""Published results made again: ``cartpole``, ``rl_tuner`` and ``pcgrl``, each with its command."""
