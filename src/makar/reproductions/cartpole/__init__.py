"""CartPole by every learner."""
