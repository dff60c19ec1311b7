"""Music to be heard: FluidSynth where it is there, our own synthesiser where not."""
