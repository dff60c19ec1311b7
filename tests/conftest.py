"""For all tests: shapes are checked at run time, one thread, nothing drawn from the clock."""

import torch
from hypothesis import settings
from jaxtyping import install_import_hook

install_import_hook("makar", "beartype.beartype")

torch.set_num_threads(1)
settings.register_profile("makar", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("makar")
