"""From a config to generator, reward and learner."""
