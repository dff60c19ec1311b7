from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.training.records import keep_works, prompt_from_json, prompt_json


def kept(words, folder, *, phase, rows, first_row=0, temperature=1.0):
    creator = words.creator()
    seeds = Seeds(3, 9)
    rollout = creator.policy.sample([creator.ask] * 8, seeds=seeds, temperature=temperature)
    judgement = creator.reward(rollout.works, rollout.prompts)
    ids = keep_works(
        folder.ledger, creator.craft, rollout, judgement, phase=phase, iteration=4, rows=rows,
        seeds=seeds, temperature=temperature, first_row=first_row,
    )  # fmt: skip
    return creator, rollout, judgement, [folder.ledger.find(name) for name in ids]


def test_a_work_is_kept_with_everything_said_of_it(words):
    with words.folder() as folder:
        creator, rollout, judgement, entries = kept(
            words, folder, phase="train", rows=[5, 2], temperature=1.3
        )
        for entry, row in zip(entries, (5, 2), strict=True):
            assert creator.craft.unpack(entry.content) == rollout.works[row]
            assert entry.notation == "-".join(map(str, rollout.works[row]))
            assert entry.total == judgement.total[row]
            assert entry.parts["threes"].raw == judgement.parts["threes"].raw[row]
            assert (entry.seed, entry.seed_iteration, entry.seed_number) == (3, 9, row)
            assert (entry.temperature, entry.row, entry.phase) == (1.3, row, "train")


def test_a_kept_work_is_drawn_again_from_what_is_kept_of_it(words):
    with words.folder() as folder:
        creator, _, _, entries = kept(words, folder, phase="train", rows=[6], temperature=0.7)
    entry = entries[0]
    again = creator.policy.sample(
        [prompt_from_json(dict(entry.prompt))] * 8,
        seeds=Seeds(entry.seed, entry.seed_iteration),
        temperature=entry.temperature,
    )
    assert again.works[entry.seed_number] == creator.craft.unpack(entry.content)


def test_further_works_of_a_phase_get_rows_of_their_own(words):
    with words.folder() as folder:
        *_, first = kept(words, folder, phase="sample", rows=range(3))
        *_, second = kept(words, folder, phase="sample", rows=range(3), first_row=3)
        assert [entry.row for entry in first + second] == [0, 1, 2, 3, 4, 5]
        assert len({entry.id for entry in first + second}) == 6


def test_the_source_that_a_work_resembles_is_named(words):
    creator = words.creator()
    rollout = creator.policy.sample([creator.ask] * 2, seeds=Seeds(0))
    object.__setattr__(rollout, "works", words.toy.Words(((1, 1, 1, 1), (1, 2, 3, 4))))
    judgement = creator.reward(rollout.works, rollout.prompts)
    with words.folder() as folder:
        ids = keep_works(
            folder.ledger, creator.craft, rollout, judgement, phase="after", iteration=1,
            rows=[0, 1], seeds=Seeds(0), temperature=1.0,
        )  # fmt: skip
        near, far = (folder.ledger.find(name) for name in ids)
    assert (near.source, near.licence) == ("The Poem", "CC0")
    assert (far.source, far.licence) == ("", "")


def test_a_prompt_comes_back_as_it_was():
    prompt = Prompt("a jig", {"bars": 8, "metre": "6/8", "challenge": 0.5}, "AABA")
    assert prompt_from_json(prompt_json(prompt)) == prompt
