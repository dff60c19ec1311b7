"""A new folder overwrites nothing, whoever asks for one."""

import pytest

from makar.core.errors import ConfigError
from makar.runs.free_names import new_folder


def test_a_new_folder_is_the_one_named_or_the_first_that_is_free(tmp_path):
    beside = tmp_path / "song.v2-variations"
    made = [new_folder(None, beside).name for _ in range(3)]
    assert made == [beside.name, f"{beside.name}-2", f"{beside.name}-3"]
    assert new_folder(tmp_path / "mine", beside) == tmp_path / "mine"
    with pytest.raises(FileExistsError, match="nothing is overwritten"):
        new_folder(tmp_path / "mine", beside)
    with pytest.raises(ConfigError, match="there is no folder"):
        new_folder(tmp_path / "nowhere" / "mine", beside)
