"""How long one GRPO step takes: makar, TRL's GRPOTrainer, and a loop in bare torch.

One step = sample 64 works of 64 tokens (8 prompts of 3 tokens, 8 works each), reward them,
advantages, one gradient step, with a Llama of 4 layers, width 128, 4 heads, 200 tokens, in
fp32 on the CPU. No stability kit, no checkpointing, no end token, no hub. The three take
turns, step by step in one process, so that whatever else the machine does hits them alike;
figures are medians.

    python benchmarks/grpo_step.py --steps 20 --json grpo_step.json

TRL (``pip install trl``) is needed for this file only.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from makar.core.seeds import Seeds
from makar.core.types import Judgement, Prompt
from makar.learners.policy_gradient import PolicyGradient
from makar.learners.policy_settings import PolicyGradientConfig
from makar.learners.stability import Stability
from makar.models.llama_files import save_llama
from makar.models.token_policy import TokenPolicy
from makar.models.transformer import Transformer, TransformerConfig

VOCABULARY, PROMPTS, EACH, LENGTH, RATE = 200, 8, 8, 64, 3e-4
KL = 0.05


def network() -> Transformer:
    """The same initial weights for everyone."""
    torch.manual_seed(0)
    return Transformer(
        TransformerConfig(vocabulary=VOCABULARY, width=128, layers=4, heads=4, context=128)
    )


def prefix_of(prompt: int) -> list[int]:
    return [1 + prompt, 20, 30]


@dataclass(frozen=True)
class Rows:
    """Works that are rows of tokens."""

    tokens: np.ndarray

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, index: Any) -> Any:
        return self.tokens[index]

    def take(self, indices: Any) -> Rows:
        """Rows at ``indices``."""
        return Rows(self.tokens[list(indices)])


@dataclass(frozen=True)
class Plain:
    """A codec without rules: 64 tokens that mean themselves."""

    vocabulary: int = VOCABULARY
    rows: int = 0

    def prefix(self, prompts: Sequence[Prompt]) -> Tensor:
        """Three tokens that stand for the prompt."""
        return torch.tensor([prefix_of(int(p.text)) for p in prompts])

    def decisions(self, prompts: Sequence[Prompt]) -> Tensor:
        """Everywhere."""
        return torch.ones(len(prompts), LENGTH, dtype=torch.bool)

    def legality(self, prompts: Sequence[Prompt]) -> Plain:
        """No rules."""
        return Plain(rows=len(prompts))

    def first(self) -> Tensor:
        """Every token."""
        return torch.ones(1, VOCABULARY, dtype=torch.bool).expand(self.rows, -1)

    def after(self, step: int, tokens: Tensor) -> Tensor:
        """Every token."""
        del step, tokens
        return self.first()

    def encode(self, works: Any) -> tuple[Tensor, list[Prompt]]:
        """Rows back to tokens."""
        return torch.from_numpy(works.tokens), [Prompt("0")] * len(works)

    def decode(self, actions: Tensor, prompts: Sequence[Prompt]) -> Rows:
        """The rows themselves."""
        del prompts
        return Rows(actions.numpy())

    def place(self, actions: Tensor) -> Tensor:
        """Decision t writes token t."""
        return torch.arange(actions.shape[1]).expand(actions.shape)


def makar_step(*, kl: bool) -> Callable[[], None]:
    """One step in makar."""
    policy = TokenPolicy(network(), Plain(), shard=PROMPTS * EACH)
    kit = Stability.off().model_copy(update={"kl_coefficient": KL if kl else 0.0})
    config = PolicyGradientConfig(algorithm="grpo", learning_rate=RATE, stability=kit)
    learner = PolicyGradient(policy, config)
    prompts = [Prompt(str(p)) for p in range(PROMPTS) for _ in range(EACH)]
    count = iter(range(1_000_000))

    def step() -> None:
        rollout = policy.sample(prompts, seeds=Seeds(0, next(count)))
        learner.update(rollout, Judgement((rollout.works.tokens < 100).mean(1)))

    return step


def bare_step(*, kl: bool) -> Callable[[], None]:
    """One step with nothing but torch around the same network."""
    model, prior = network(), network()
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    prompts = torch.tensor([prefix_of(p) for p in range(PROMPTS) for _ in range(EACH)])

    def step() -> None:
        drawn = []
        with torch.inference_mode():
            decode = model.decoder(len(prompts), 3 + LENGTH)
            logits = decode(prompts)
            for t in range(LENGTH):
                drawn.append(torch.multinomial(logits.softmax(-1), 1))
                if t + 1 < LENGTH:
                    logits = decode(drawn[-1])
        tokens = torch.cat(drawn, 1).clone()
        reward = (tokens < 100).float().mean(1).view(PROMPTS, EACH)
        spread = reward.std(1, keepdim=True) + 1e-4
        advantage = ((reward - reward.mean(1, keepdim=True)) / spread).view(-1, 1)
        read = torch.cat((prompts, tokens[:, :-1]), 1)
        likely = model.logits(model.hidden(read)[:, 2:]).log_softmax(-1)
        logp = likely.gather(-1, tokens[..., None])[..., 0]
        ratio = (logp - logp.detach()).exp()
        surrogate = torch.minimum(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage)
        loss = -surrogate.mean()
        if kl:
            with torch.no_grad():
                before = prior.logits(prior.hidden(read)[:, 2:]).log_softmax(-1)
            loss = loss + KL * (likely.exp() * (likely - before)).sum(-1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return step


def tokenizer() -> Any:
    """Words ``t0`` to ``t199``; the end and the padding lie beyond what the model can write."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = {f"t{i}": i for i in range(VOCABULARY)} | {"<end>": VOCABULARY, "<pad>": VOCABULARY + 1}
    plain = Tokenizer(models.WordLevel(words, unk_token="t0"))
    plain.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=plain, eos_token="<end>", pad_token="<pad>", padding_side="left"
    )


def trl_trainer(folder: Path, steps: int, *, kl: bool) -> Any:
    """TRL's trainer, told to do the same; it opens the model that makar wrote."""
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    save_llama(network(), folder / "model")
    texts = [" ".join(f"t{i}" for i in prefix_of(p)) for p in range(PROMPTS)]
    config = GRPOConfig(
        output_dir=str(folder / "out"),
        max_steps=steps,
        learning_rate=RATE,
        lr_scheduler_type="constant",
        per_device_train_batch_size=PROMPTS * EACH,
        gradient_accumulation_steps=1,
        num_generations=EACH,
        max_completion_length=LENGTH,
        beta=KL if kl else 0.0,
        temperature=1.0,
        gradient_checkpointing=False,
        model_init_kwargs={"dtype": "float32"},
        bf16=False,
        use_cpu=True,
        max_grad_norm=0.0,
        logging_strategy="no",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,
    )

    def reward(completion_ids: list[list[int]], **_: Any) -> list[float]:
        assert all(len(ids) == LENGTH for ids in completion_ids)
        return [float(np.mean(np.array(ids) < 100)) for ids in completion_ids]

    return GRPOTrainer(
        model=str(folder / "model"),
        reward_funcs=reward,
        args=config,
        train_dataset=Dataset.from_dict({"prompt": texts * 8}),
        processing_class=tokenizer(),
    )


def measure(steps: int, *, threads: int, kl: bool, warm_up: int = 3) -> dict[str, float]:
    """Median milliseconds of a step, by contender."""
    import transformers
    from transformers import TrainerCallback

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    warnings.simplefilter("ignore", FutureWarning)
    torch.set_num_threads(threads)
    others = {"makar": makar_step(kl=kl), "bare torch": bare_step(kl=kl)}
    times: dict[str, list[float]] = {name: [] for name in ("TRL", *others)}

    class TakeTurns(TrainerCallback):
        """Times TRL's step, then lets the others have theirs."""

        began = 0.0

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            self.began = time.perf_counter()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            times["TRL"].append(time.perf_counter() - self.began)
            for name, step in others.items():
                began = time.perf_counter()
                step()
                times[name].append(time.perf_counter() - began)

    with tempfile.TemporaryDirectory() as folder:
        trainer = trl_trainer(Path(folder), warm_up + steps, kl=kl)
        trainer.add_callback(TakeTurns())
        trainer.train()
    return {name: 1e3 * statistics.median(t[warm_up:]) for name, t in times.items()}


def main() -> None:
    """Measure, print a table, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--kl", choices=["off", "on"], nargs="+", default=["off", "on"])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = []
    print(
        f"{'threads':>7} {'KL':>3} {'TRL ms':>8} {'makar ms':>8} {'bare ms':>8} "
        f"{'TRL/makar':>9} {'makar/bare':>10}"
    )
    for kl in (name == "on" for name in options.kl):
        for threads in options.threads:
            ms = measure(options.steps, threads=threads, kl=kl)
            faster, overhead = ms["TRL"] / ms["makar"], ms["makar"] / ms["bare torch"]
            rows.append(
                {"threads": threads, "kl": kl, "steps": options.steps, "milliseconds": ms}
                | {"times_faster_than_trl": faster, "times_bare_torch": overhead}
            )
            print(
                f"{threads:>7} {'on' if kl else 'off':>3} {ms['TRL']:>8.0f} {ms['makar']:>8.0f} "
                f"{ms['bare torch']:>8.0f} {faster:>9.2f} {overhead:>10.2f}",
                flush=True,
            )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
