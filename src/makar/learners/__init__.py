"""Learners: they change a generator so that its judgement rises."""
