import pytest

from faults.runs.room import Place
from faults.zygote import Zygote


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    root = tmp_path_factory.mktemp("hostile")
    with Zygote(root / "zygote") as zygote:
        yield Place(root, zygote)
