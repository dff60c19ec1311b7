"""Independent pieces of work side by side, each on its own thread of the processor.

Decoding is thousands of small products one after another: several threads inside each of them
wait for one another more than they compute. A thread for each shard of works does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

Item = TypeVar("Item")
Made = TypeVar("Made")


def side_by_side(work: Callable[[Item], Made], items: Sequence[Item]) -> list[Made]:
    """What ``work`` makes of each item; torch's threads (``set_num_threads``) are shared out.

    A thread has its own gradient mode, so ``work`` must set it. Whatever it raises is raised.
    """
    threads = torch.get_num_threads()
    workers = min(threads, len(items))
    if workers < 2:
        return [work(item) for item in items]
    share = (threads // workers,)
    try:
        with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=share) as pool:
            return list(pool.map(work, items))
    finally:
        torch.set_num_threads(threads)  # a worker's number is also what new threads begin with
