"""Eight coins learn to fall heads up: the core alone, with checkpoints. Run it again to go on."""

from pathlib import Path

import numpy as np
import torch
from torch.distributions import Bernoulli

from makar.core.train import train
from makar.core.types import Evaluation, Judgement, Prompt, Rollout, groups_of
from makar.learners.policy_gradient import PolicyGradient
from makar.learners.policy_settings import PolicyGradientConfig
from makar.runs import checkpoint

FOLDER = Path("coins")


class Throws(list):
    def take(self, rows):
        return Throws(self[row] for row in rows)


class Coins(torch.nn.Linear):  # its eight biases are how the coins lean
    def sample(self, prompts, *, seeds, temperature=1.0):
        chance = Bernoulli(logits=self.bias.detach().expand(len(prompts), 8) / temperature)
        heads = (torch.from_numpy(seeds.uniforms(len(prompts), 8)) < chance.probs).float()
        every, group = torch.ones_like(heads, dtype=torch.bool), groups_of(prompts)
        place = torch.arange(8).expand(heads.shape)
        logp, works = chance.log_prob(heads), Throws(heads.tolist())
        return Rollout(works, prompts, heads.long(), logp, every, group, place)

    def evaluate(self, rollout):
        chance = Bernoulli(logits=self.bias.expand(rollout.actions.shape))
        return Evaluation(chance.log_prob(rollout.actions.float()), chance.entropy())


torch.manual_seed(0)
coins = Coins(1, 8)
learner = PolicyGradient(coins, PolicyGradientConfig(learning_rate=0.1))
start = 0
if FOLDER.is_dir():
    start, (weights, memory), _ = checkpoint.load_newest(FOLDER)
    coins.load_state_dict(weights), learner.load_state_dict(memory)
judge = lambda works, prompts: Judgement(np.mean(works, axis=1))  # noqa: E731
for step in train(coins, judge, learner, lambda _: [Prompt()] * 64, seed=1, start=start):
    print(step.iteration, round(float(step.judgement.total.mean()), 3))
    if (step.iteration + 1) % 20 == 0:
        checkpoint.save(FOLDER, step.iteration + 1, [coins.state_dict(), learner.state_dict()])
        break
